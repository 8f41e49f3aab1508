package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.session.ServerError;
import java.util.List;
import java.util.Optional;

/** What a client gets for a gateway command. */
public sealed interface Reply {

    /** Values are text; empty is NULL. */
    record Rows(List<String> columns, List<List<Optional<String>>> rows, String tag) implements Reply {
        public Rows {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }
    }

    record Refusal(ServerError error) implements Reply {}
}
