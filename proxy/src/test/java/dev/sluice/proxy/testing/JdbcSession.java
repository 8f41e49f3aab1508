package dev.sluice.proxy.testing;

import dev.sluice.policies.sql.LexicalRules;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A held session whose upstream connection is a JDBC connection of the test's. */
public final class JdbcSession implements HeldSession {

    private final Connection connection;
    private final String upstream;
    private final String database;
    private final LexicalRules rules;

    public JdbcSession(Connection connection, String upstream, String database, LexicalRules rules) {
        this.connection = connection;
        this.upstream = upstream;
        this.database = database;
        this.rules = rules;
    }

    @Override
    public SessionInfo info() {
        return new SessionInfo(1, upstream, "", database, "postgres", "test", "127.0.0.1:1", 0, rules);
    }

    @Override
    public TransactionStatus transaction() {
        try {
            return connection.getAutoCommit() ? TransactionStatus.IDLE : TransactionStatus.IN_TRANSACTION;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public QueryResult query(String sql) throws ServerErrorException {
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return new QueryResult(List.of(), List.of(), statement.getLargeUpdateCount());
            }
            List<List<Optional<String>>> rows = new ArrayList<>();
            ResultSet result = statement.getResultSet();
            int width = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<Optional<String>> row = new ArrayList<>();
                for (int i = 1; i <= width; i++) {
                    row.add(Optional.ofNullable(result.getString(i)));
                }
                rows.add(row);
            }
            return new QueryResult(List.of(), rows, 0);
        } catch (SQLException e) {
            String state = e.getSQLState() == null ? "08006" : e.getSQLState();
            throw new ServerErrorException(ServerError.of(state, 0, String.valueOf(e.getMessage()), "", ""));
        }
    }

    @Override
    public void notice(Notice notice) {}

    @Override
    public boolean abandoned() {
        return false;
    }
}
