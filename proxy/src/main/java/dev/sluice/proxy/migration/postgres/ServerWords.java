package dev.sluice.proxy.migration.postgres;

import dev.sluice.proxy.ledger.Ending;
import dev.sluice.proxy.session.ErrorObject;
import dev.sluice.proxy.session.ErrorObject.Part;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What the server has said of a failure, as a client would have heard it of the direct statement: where a helper of the
 * gateway's own was violated, that is said of what the helper stands for.
 */
final class ServerWords {

    private static final Pattern HELPER = Pattern.compile("sluice_(nn|nh|bound|rest)_\\d+_?(.*)", Pattern.DOTALL);
    private static final String NULL_VALUE = "23502";

    private ServerWords() {}

    /** The message and, on a line of its own, its detail; the driver's own text has the severity in front. */
    static Optional<String> text(SQLException e) {
        ServerErrorMessage said = said(e);
        String message = said == null ? null : said.getMessage();
        if (said == null || message == null) {
            return Optional.empty();
        }
        return Optional.of(said.getDetail() == null ? message : message + "\n" + said.getDetail());
    }

    /** The failure of a migration. */
    static Ending failure(SQLException e, String sqlState, String text) {
        ErrorObject about = about(e);
        Matcher helper = HELPER.matcher(about.name(Part.CONSTRAINT));
        if (!helper.matches()) {
            return Ending.failed(sqlState, text, about);
        }
        Map<Part, String> names = new EnumMap<>(about.names());
        names.remove(Part.CONSTRAINT);
        String table = about.name(Part.TABLE);
        return switch (helper.group(1)) {
            case "nn" -> {
                names.put(Part.COLUMN, helper.group(2));
                String message =
                        "column \"" + helper.group(2) + "\" of relation \"" + table + "\" contains null values";
                yield Ending.failed(NULL_VALUE, message, new ErrorObject(names));
            }
            // The name of a long column is not in the helper's.
            case "nh" ->
                Ending.failed(
                        NULL_VALUE,
                        "a column of relation \"" + table + "\" contains null values",
                        new ErrorObject(names));
            case "bound" ->
                Ending.failed(
                        sqlState,
                        "partition constraint of relation \"" + table + "\" is violated by some row",
                        new ErrorObject(names));
            default ->
                Ending.failed(
                        sqlState,
                        "updated partition constraint for default partition \"" + table
                                + "\" would be violated by some row",
                        new ErrorObject(names));
        };
    }

    private static ErrorObject about(SQLException e) {
        ServerErrorMessage said = said(e);
        return said == null
                ? ErrorObject.NONE
                : ErrorObject.of(part -> Objects.requireNonNullElse(name(said, part), ""));
    }

    private static @Nullable String name(ServerErrorMessage said, Part part) {
        return switch (part) {
            case SCHEMA -> said.getSchema();
            case TABLE -> said.getTable();
            case COLUMN -> said.getColumn();
            case DATA_TYPE -> said.getDatatype();
            case CONSTRAINT -> said.getConstraint();
        };
    }

    private static @Nullable ServerErrorMessage said(SQLException e) {
        return e instanceof PSQLException server ? server.getServerErrorMessage() : null;
    }
}
