package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.Directives.Completion;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a session says of itself at this moment.
 *
 * @param role the role that statements run under
 * @param completion what {@code SET sluice.completion} asks for
 * @param malformedCompletion a value of that setting that is neither wait nor return
 */
record SessionState(String role, Optional<Completion> completion, Optional<String> malformedCompletion) {

    private static final String POSTGRES = "SELECT current_user, pg_catalog.current_setting('sluice.completion', true)";
    private static final String MYSQL = "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1), @sluice_completion";

    /** Asks the server; a session in a failed transaction cannot be asked. */
    static SessionState read(HeldSession session) throws ServerErrorException {
        boolean mysql = session.info().lexicalRules().dialect().isMySqlFamily();
        QueryResult result = session.query(mysql ? MYSQL : POSTGRES);
        List<Optional<String>> row = result.rows().getFirst();
        String role = row.get(0).orElse(session.info().user());
        Optional<String> said = row.get(1).map(value -> value.strip().toLowerCase(Locale.ROOT));
        return said.isEmpty() || said.get().isEmpty()
                ? new SessionState(role, Optional.empty(), Optional.empty())
                : of(role, said.get());
    }

    private static SessionState of(String role, String said) {
        return switch (said) {
            case "wait" -> new SessionState(role, Optional.of(Completion.WAIT), Optional.empty());
            case "return" -> new SessionState(role, Optional.of(Completion.RETURN), Optional.empty());
            default -> new SessionState(role, Optional.empty(), Optional.of(said));
        };
    }
}
