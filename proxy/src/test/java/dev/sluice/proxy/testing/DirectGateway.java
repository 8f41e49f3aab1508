package dev.sluice.proxy.testing;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.ServerError;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** Does with single statements outside of transactions what a session does with a ruling, without a wire. */
public final class DirectGateway {

    private final Interceptor interceptor;
    private final Connection connection;
    private final JdbcSession session;

    public DirectGateway(Interceptor interceptor, Connection connection, String database, int major) {
        this.interceptor = interceptor;
        this.connection = connection;
        this.session =
                new JdbcSession(connection, "test", database, LexicalRules.defaults(ServerVersion.postgres(major)));
    }

    /** The error that the client would have got; empty on success. */
    public Optional<ServerError> execute(String sql) {
        return switch (interceptor.judge(session, sql)) {
            case Ruling.Forward ignored -> run(sql);
            case Ruling.Refuse refuse -> Optional.of(refuse.error());
            case Ruling.Answer ignored -> Optional.empty();
            case Ruling.Executed ignored -> throw new IllegalStateException("not on PostgreSQL");
            case Ruling.Substitute substitute -> {
                Optional<ServerError> error = run(edited(sql, substitute.edits()));
                interceptor.answered(session, substitute, error);
                Optional<ServerError> ended = interceptor.transactionEnded(session, List.of(substitute));
                yield error.or(() -> ended);
            }
        };
    }

    private static String edited(String sql, List<Ruling.Edit> edits) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (Ruling.Edit edit : edits) {
            text.append(sql, from, edit.start()).append(edit.sql());
            from = edit.end();
        }
        return text.append(sql, from, sql.length()).toString();
    }

    private Optional<ServerError> run(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(
                    ServerError.of(String.valueOf(e.getSQLState()), 0, String.valueOf(e.getMessage()), "", ""));
        }
    }
}
