package dev.sluice.proxy.config;

import dev.sluice.policies.policy.ApprovalMode;
import java.util.Optional;

/** Reads whether clients wait for approvals: {@code error}, {@code wait}, {@code wait 10min}. */
final class ApprovalReader {

    private ApprovalReader() {}

    /** The key {@code approval} of a policy or a scope. */
    static Optional<ApprovalMode> read(Section section, String source) {
        return section.parsed(
                "approval",
                text -> parse(text, section.path() + ".approval (" + source + ":" + section.lineOf("approval") + ")"),
                "error, wait or wait with a time, such as \"wait 10min\"");
    }

    /** @param place where it stands, for messages */
    static Optional<ApprovalMode> parse(String text, String place) {
        String[] words = text.strip().split("\\s+", 2);
        if (words[0].equals("error") && words.length == 1) {
            return Optional.of(new ApprovalMode(false, Optional.empty(), place));
        }
        if (!words[0].equals("wait")) {
            return Optional.empty();
        }
        return words.length == 1
                ? Optional.of(new ApprovalMode(true, Optional.empty(), place))
                : Units.duration(words[1])
                        .filter(time -> !time.isZero())
                        .map(time -> new ApprovalMode(true, Optional.of(time), place));
    }
}
