package dev.sluice.proxy.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One statement with its parameters, run once. */
final class Sql {

    private final Connection connection;
    private final String text;
    private final List<Parameter> parameters = new ArrayList<>();

    private Sql(Connection connection, String text) {
        this.connection = connection;
        this.text = text;
    }

    private interface Parameter {
        void set(PreparedStatement statement, int index) throws SQLException;
    }

    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    interface Work {
        void run() throws SQLException;
    }

    interface Query<T> {
        T run() throws SQLException;
    }

    static Sql on(Connection connection, String text) {
        return new Sql(connection, text);
    }

    Sql with(String value) {
        parameters.add((s, i) -> s.setString(i, value));
        return this;
    }

    Sql with(long value) {
        parameters.add((s, i) -> s.setLong(i, value));
        return this;
    }

    Sql with(double value) {
        parameters.add((s, i) -> s.setDouble(i, value));
        return this;
    }

    Sql with(boolean value) {
        parameters.add((s, i) -> s.setBoolean(i, value));
        return this;
    }

    Sql with(Optional<String> value) {
        parameters.add((s, i) -> {
            if (value.isPresent()) {
                s.setString(i, value.get());
            } else {
                s.setNull(i, Types.VARCHAR);
            }
        });
        return this;
    }

    Sql with(OptionalLong value) {
        parameters.add((s, i) -> {
            if (value.isPresent()) {
                s.setLong(i, value.getAsLong());
            } else {
                s.setNull(i, Types.BIGINT);
            }
        });
        return this;
    }

    int update() throws SQLException {
        try (PreparedStatement statement = prepare()) {
            return statement.executeUpdate();
        }
    }

    <T> Optional<T> one(Row<T> row) throws SQLException {
        return all(row).stream().findFirst();
    }

    <T> List<T> all(Row<T> row) throws SQLException {
        try (PreparedStatement statement = prepare();
                ResultSet result = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(row.read(result));
            }
            return rows;
        }
    }

    private PreparedStatement prepare() throws SQLException {
        PreparedStatement statement = connection.prepareStatement(text);
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).set(statement, i + 1);
        }
        return statement;
    }

    /** Several statements without parameters. */
    static void script(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }

    /**
     * Runs one statement, on a connection in autocommit, without waiting for the disk where the engine can do so: for
     * what nobody needs after a crash of the server. Others wait for the rows only as long as the statement takes, and
     * a standby that stands still holds nothing up.
     */
    static <T> T lazily(Connection connection, EngineSql engine, Query<T> statement) throws SQLException {
        return switch (engine) {
            case MYSQL -> statement.run();
            case POSTGRES ->
                transacted(connection, () -> {
                    script(connection, "SET LOCAL synchronous_commit = off");
                    return statement.run();
                });
        };
    }

    /** Runs work in one transaction of a connection that is in autocommit. */
    static void inTransaction(Connection connection, Work work) throws SQLException {
        transacted(connection, () -> {
            work.run();
            return Boolean.TRUE;
        });
    }

    private static <T> T transacted(Connection connection, Query<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            T result = work.run();
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
