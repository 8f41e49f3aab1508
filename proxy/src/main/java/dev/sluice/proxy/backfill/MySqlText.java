package dev.sluice.proxy.backfill;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Keys read as literals, and names and texts written as SQL takes them. */
public final class MySqlText {

    private MySqlText() {}

    /** The first row's key, if there is one. */
    static Optional<List<String>> key(Connection connection, String sql) throws SQLException {
        return keys(connection, sql).stream().findFirst();
    }

    /** Keys as literals, whatever the types of their columns. */
    static List<List<String>> keys(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            ResultSetMetaData types = row.getMetaData();
            List<List<String>> keys = new ArrayList<>();
            while (row.next()) {
                List<String> key = new ArrayList<>();
                for (int i = 1; i <= types.getColumnCount(); i++) {
                    key.add(sqlLiteral(row, i, types.getColumnType(i)));
                }
                keys.add(key);
            }
            return keys;
        }
    }

    private static String sqlLiteral(ResultSet row, int column, int type) throws SQLException {
        return switch (type) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.DECIMAL, Types.NUMERIC ->
                row.getBigDecimal(column).toPlainString();
            case Types.FLOAT, Types.REAL, Types.DOUBLE -> row.getString(column) + "e0";
            case Types.BIT, Types.BOOLEAN, Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
                "X'" + HexFormat.of().formatHex(row.getBytes(column)) + "'";
            default ->
                "_utf8mb4 X'" + HexFormat.of().formatHex(row.getString(column).getBytes(StandardCharsets.UTF_8)) + "'";
        };
    }

    /** The first value of an answer; 0 where there is none. */
    public static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** What stands between quotes. */
    static String literal(String text) {
        return text.replace("\\", "\\\\").replace("'", "''");
    }

    static String quoted(String name) {
        return SqlText.quoteIdentifier(Dialect.MYSQL, name);
    }
}
