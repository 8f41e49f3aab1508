package dev.sluice.policies.judge;

import dev.sluice.policies.policy.ApprovalMode;
import java.time.Duration;

/** How a statement that waits for an approval is held. */
final class Parking {
    private Parking() {}

    static String words(ApprovalMode mode) {
        String client = !mode.waits()
                ? "the client gets an error at once"
                : "the client waits for it" + mode.atMost().map(Parking::upTo).orElse("");
        return "hold it until somebody approves; " + client + ", by " + mode.decidedBy();
    }

    private static String upTo(Duration time) {
        return ", up to "
                + (time.toSecondsPart() == 0 && time.toMinutes() > 0
                        ? time.toMinutes() + " min"
                        : time.toSeconds() + " s");
    }
}
