package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.protocol.postgres.FrontendMessage;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The FunctionCall message of PostgreSQL's protocol, by which libpq's {@code PQfn} calls a function without any SQL. What
 * it does is told by the statement that would call the same.
 */
final class FunctionCalls {

    /** The server's own functions have smaller numbers (manual, "System Catalog Initial Data"). */
    private static final int FIRST_OF_USERS = 16_384;

    /** ts_stat, ts_rewrite and query_to_xml with its like: they run the query that they are given. */
    private static final Set<Integer> RUN_QUERIES = Set.of(2924, 2927, 2930, 3685, 3689, 3690);

    private FunctionCalls() {}

    /** Whether a function is the server's own, and runs nothing that it is given. */
    static boolean isPlain(int function) {
        return Integer.compareUnsigned(function, FIRST_OF_USERS) < 0 && !RUN_QUERIES.contains(function);
    }

    /**
     * The SELECT that calls the same. Arguments that are no text stand for NULL in it, since no SQL can be hidden in them.
     *
     * @return empty where there is no such function, as the server will say itself
     */
    static Optional<String> statement(HeldSession session, FrontendMessage.FunctionCall call)
            throws ServerErrorException {
        List<List<Optional<String>>> rows = session.query(
                        "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname)"
                                + " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
                                + " WHERE p.oid = " + Integer.toUnsignedString(call.function()))
                .rows();
        String arguments = call.arguments().stream()
                .map(argument -> argument.flatMap(FunctionCalls::text)
                        .map(text -> SqlText.quoteLiteral(Dialect.POSTGRES, text))
                        .orElse("NULL"))
                .collect(Collectors.joining(", "));
        return rows.stream()
                .findFirst()
                .flatMap(List::getFirst)
                .map(function -> "SELECT " + function + "(" + arguments + ")");
    }

    private static Optional<String> text(byte[] argument) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(argument))
                    .toString();
            return text.indexOf('\0') < 0 ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
