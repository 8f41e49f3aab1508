package dev.sluice.proxy.api;

import dev.sluice.proxy.migration.Migration;
import tools.jackson.databind.node.ObjectNode;

/** A migration as JSON. The keys are stable: other tools read them. */
public final class MigrationJson {

    private MigrationJson() {}

    public static ObjectNode of(Migration m) {
        ObjectNode node = Json.object()
                .put("upstream", m.database().upstream())
                .put("database", m.database().database())
                .put("id", m.id())
                .put("table", m.table())
                .put("statement", m.statement())
                .put("state", m.state().word())
                .put("phase", m.phase().word())
                .put("rowsDone", m.rowsDone())
                .put("rowsTotal", m.rowsTotal())
                .put("rowsPerSecond", Math.round(m.rowsPerSecond()))
                .put("reason", m.reason())
                .put("requestedBy", m.requestedBy())
                .put("owner", m.owner())
                .put("createdAt", m.createdAt().toString())
                .put("updatedAt", m.updatedAt().toString());
        m.sqlState().ifPresent(state -> node.put("sqlState", state));
        return node;
    }
}
