package dev.sluice.proxy.lint;

import dev.sluice.policies.policy.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds tables and columns that more than one pending file touches. */
final class PendingConflicts {
    private static final String RULE = "conflicting-migration";

    private PendingConflicts() {}

    /** @param touched of the pending files, in the order in which they run */
    static List<LintFinding> of(List<Touched> touched) {
        Map<String, Touched> first = new HashMap<>();
        Set<String> said = new HashSet<>();
        List<LintFinding> findings = new ArrayList<>();
        for (Touched touch : touched) {
            String thing = touch.table().name() + "\u0000" + touch.column();
            Touched earlier = first.putIfAbsent(thing, touch);
            boolean other = earlier != null && !earlier.file().equals(touch.file());
            if (other && earlier != null && said.add(touch.file().name() + thing)) {
                findings.add(finding(touch, earlier));
            }
        }
        return findings;
    }

    private static LintFinding finding(Touched touch, Touched earlier) {
        boolean both = touch.adds() && earlier.adds();
        Action action = both ? Action.BLOCK : Action.WARN;
        String what =
                touch.column().isEmpty() ? "table " + touch.table() : "column " + touch.table() + "." + touch.column();
        return new LintFinding(
                touch.file().name(),
                touch.place(),
                "",
                RULE,
                action,
                Severity.of(action),
                what + (both ? " is added by " : " is also changed by ")
                        + earlier.file().name() + ", which is pending too",
                both ? "Keep one of the two." : "Make sure that the order of the two does not matter, or join them.");
    }
}
