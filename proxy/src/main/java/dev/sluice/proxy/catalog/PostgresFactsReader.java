package dev.sluice.proxy.catalog;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.TypeFacts;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TransactionStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Facts of PostgreSQL 12 to 18. Relations are read through the client's connection with one query that cannot fail;
 * expressions and types are asked of the server over the gateway's own, where asking may fail.
 */
public final class PostgresFactsReader implements FactsReader {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final ControlPools pools;
    private final InFlight inFlight;

    public PostgresFactsReader(ControlPools pools, InFlight inFlight) {
        this.pools = pools;
        this.inFlight = inFlight;
    }

    @Override
    public Facts read(HeldSession session, FactsRequest request) throws ServerErrorException {
        JsonNode catalog = parse(single(session.query(PostgresCatalogQuery.of(request))));
        SessionInfo info = session.info();
        try (Connection control =
                pools.database(info.upstream(), info.database()).connection()) {
            boolean open = session.transaction() != TransactionStatus.IDLE;
            Facts facts = facts(catalog, request, control, Optional.of(text(catalog, "role")), open);
            return withTypes(facts, session, control, request.types(), open);
        } catch (SQLException e) {
            throw new ServerErrorException(ServerError.of(
                    "08001",
                    0,
                    "the gateway's own connection to the database failed: " + e.getMessage(),
                    "A schema change is judged on facts that the gateway reads over a connection of its own.",
                    "Check the upstream's user and password in the gateway's configuration."));
        }
    }

    /** Types that could not be tried, or that the client's transaction may have made or changed, are read. */
    private static Facts withTypes(
            Facts facts, HeldSession session, Connection control, Set<String> asked, boolean open)
            throws ServerErrorException, SQLException {
        Set<String> unsure = asked.stream()
                .filter(type ->
                        open || facts.type(type).filter(TypeFacts::exists).isEmpty())
                .collect(Collectors.toSet());
        if (unsure.isEmpty()) {
            return facts;
        }
        Map<String, TypeFacts> types = new HashMap<>(facts.types());
        CatalogTypes.read(session, control, unsure)
                .forEach((type, read) -> types.merge(type, read, PostgresFactsReader::stricter));
        return facts.withTypes(types);
    }

    private static TypeFacts stricter(TypeFacts tried, TypeFacts read) {
        return tried.exists()
                ? new TypeFacts(
                        true,
                        tried.constrainedDomain() || read.constrainedDomain(),
                        tried.domainDefault().or(read::domainDefault),
                        tried.canonical())
                : read;
    }

    @Override
    public Facts read(Connection connection, FactsRequest request) throws SQLException {
        JsonNode catalog;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(PostgresCatalogQuery.of(request))) {
            rows.next();
            catalog = parse(rows.getString(1));
        }
        return facts(catalog, request, connection, Optional.empty(), false);
    }

    private Facts facts(
            JsonNode catalog, FactsRequest request, Connection control, Optional<String> clientRole, boolean open)
            throws SQLException {
        String searchPath = text(catalog.path("settings"), "search_path");
        Optional<String> actAs = clientRole;
        boolean manageable = actAs.isEmpty() || ExpressionProbe.mayActAs(control, actAs.get());
        ExpressionProbe.Answers answers = new ExpressionProbe(
                        control, manageable ? actAs : Optional.empty(), searchPath, open)
                .ask(request, manageable);
        Map<QualifiedName, List<MigrationFacts>> migrations = inFlight.read(control);
        long blockSize = Long.parseLong(text(catalog.path("settings"), "block_size"));
        Map<QualifiedName, RelationFacts> relations = new HashMap<>();
        catalog.path("relations").forEach(json -> {
            var found = PostgresCatalogJson.relation(json, blockSize, migrations, manageable);
            relations.put(found.asked(), found.facts());
        });
        String schema = text(catalog, "schema");
        ServerVersion version = version(text(catalog, "version"));
        Map<String, String> settings = settings(catalog);
        if (clientRole.isPresent()) {
            settings.put("suppresses_triggers", Boolean.toString(maySuppressTriggers(control, version)));
        }
        return new Facts(
                version,
                false,
                text(catalog, "role"),
                schema.isEmpty() ? Optional.empty() : Optional.of(schema),
                relations,
                answers.expressions(),
                answers.types(),
                settings);
    }

    /** Whether the gateway's role may set {@code session_replication_role}: a superuser; since 15 others may be granted it. */
    private static boolean maySuppressTriggers(Connection control, ServerVersion version) throws SQLException {
        String granted =
                version.atLeast(15) ? " OR pg_catalog.has_parameter_privilege('session_replication_role', 'SET')" : "";
        try (Statement statement = control.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT r.rolsuper" + granted + " FROM pg_catalog.pg_roles r WHERE r.rolname = CURRENT_USER")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static Map<String, String> settings(JsonNode catalog) {
        Map<String, String> settings = new HashMap<>();
        catalog.path("settings").properties().forEach(entry -> {
            if (!entry.getValue().isNull()) {
                settings.put(entry.getKey(), entry.getValue().asString());
            }
        });
        settings.computeIfPresent("search_path", (name, path) -> SearchPath.quoted(path));
        return settings;
    }

    /** From {@code server_version_num}: 180006 is 18.6. */
    static ServerVersion version(String number) {
        int value = Integer.parseInt(number);
        return new ServerVersion(Dialect.POSTGRES, value / 10_000, value % 10_000, 0);
    }

    private static JsonNode parse(String json) {
        return JSON.readTree(json);
    }

    private static String single(QueryResult result) {
        return result.rows().getFirst().getFirst().orElse("{}");
    }

    private static String text(JsonNode json, String key) {
        return PostgresCatalogJson.text(json, key);
    }
}
