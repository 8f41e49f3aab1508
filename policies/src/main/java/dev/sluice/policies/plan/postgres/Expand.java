package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import java.util.ArrayList;
import java.util.List;

/** What is run on the client's own connection: the client's statement with other actions in it, and what goes around. */
final class Expand {

    private final String head;
    private final List<String> before = new ArrayList<>();
    private final List<String> actions = new ArrayList<>();
    private final List<String> after = new ArrayList<>();

    /** @param head the statement up to its first action, as written */
    private Expand(String head) {
        this.head = head;
    }

    static Expand of(SchemaChange.AlterTable change) {
        SourceText source = change.source();
        int first = change.actions().getFirst().source().start();
        return new Expand(source.sql().substring(source.start(), first));
    }

    /** One action, as written or our own. */
    void action(String text) {
        actions.add(text);
    }

    void before(String sql) {
        before.add(sql);
    }

    void after(String sql) {
        after.add(sql);
    }

    List<String> statements() {
        List<String> all = new ArrayList<>(before);
        if (!actions.isEmpty()) {
            all.add(head + String.join(", ", actions));
        }
        all.addAll(after);
        return List.copyOf(all);
    }
}
