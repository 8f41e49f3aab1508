package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.facts.ExpressionFacts;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.rule.ColumnAddition.Fill;
import dev.sluice.policies.rule.Volatility;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.ServerVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** One new column: its instant form, its real default, and what is left to do to its rows. */
final class MySqlColumn {

    private final ColumnAddition column;
    private final Dialect dialect;
    private final Optional<String> given;
    private final Optional<Placeholder> placeholder;

    /**
     * @param directive the expression of the {@code backfill} directive
     * @param table the table that gets the column
     */
    MySqlColumn(ColumnAddition column, Optional<String> directive, ServerVersion version, QualifiedName table) {
        this.column = column;
        this.dialect = version.dialect();
        this.given = directive.filter(d -> column.fill() == Fill.NONE
                || column.fill() == Fill.EXPRESSION
                || column.fill() == Fill.VOLATILE
                || column.fill() == Fill.STEADY);
        this.placeholder = column.notNull()
                ? Placeholder.of(column.column().type(), My.id(column.name()), dialect, table + "." + column.name())
                : Optional.of(Placeholder.ofNull(My.id(column.name())));
    }

    String name() {
        return column.name();
    }

    /** Whether nothing instant leads there. */
    boolean impossible() {
        boolean special = column.fill() == Fill.SEQUENCE
                || column.column().has(ColumnConstraint.Check.class)
                || column.column().has(ColumnConstraint.References.class)
                || column.column().has(ColumnConstraint.PrimaryKey.class);
        return special || (needsBackfill() && placeholder.isEmpty());
    }

    /** Why there is no way, where it is the type's. */
    String obstacle() {
        String type = column.column().type().source().text();
        return needsBackfill() && placeholder.isEmpty()
                ? "a NOT NULL column of type " + type
                        + " has no value that could stand in its rows until they are filled"
                : "";
    }

    /** What a reader of the plan should know of rows that are not filled yet. */
    String note() {
        return placeholder.orElseThrow().note(column.name());
    }

    boolean needsBackfill() {
        return given.isPresent() || column.fill() == Fill.EXPRESSION || column.fill() == Fill.VOLATILE;
    }

    /** Where somebody may write the placeholder, a row whose real value it is is done; unless each look gives another. */
    String pending() {
        String empty = placeholder.orElseThrow().pending();
        String value = expression();
        boolean steady = !value.equals("DEFAULT") && Volatility.of(value, dialect) == ExpressionFacts.STABLE;
        return steady && !placeholder.orElseThrow().own()
                ? empty + " AND NOT (" + My.id(name()) + " <=> " + value + ")"
                : empty;
    }

    String expression() {
        return given.map(g -> "(" + g + ")")
                .or(() -> column.defaultExpression().map(SourceText::text).map(MySqlColumn::parenthesized))
                .orElse("DEFAULT");
    }

    /** ADD COLUMN with a constant in place of the default, and without what an index must do. */
    String addition() {
        List<Cut> cuts = new ArrayList<>();
        column.column().all(ColumnConstraint.Unique.class).forEach(u -> cuts.add(new Cut(u.source(), "")));
        if (needsBackfill()) {
            String clause = placeholder.orElseThrow().clause();
            Optional<ColumnConstraint.Default> written = column.column().last(ColumnConstraint.Default.class);
            if (written.isPresent()) {
                cuts.add(new Cut(written.get().source(), clause));
            } else if (column.notNull()) {
                int end = column.column().source().end();
                cuts.add(new Cut(new SourceText(column.column().source().sql(), end, end), " " + clause));
            }
        }
        return cut(cuts);
    }

    private record Cut(SourceText where, String instead) {}

    private String cut(List<Cut> cuts) {
        SourceText action = column.action().source();
        StringBuilder text = new StringBuilder();
        int at = action.start();
        for (Cut cut : cuts.stream()
                .sorted(Comparator.comparingInt(c -> c.where().start()))
                .toList()) {
            text.append(action.sql(), at, cut.where().start()).append(cut.instead());
            at = cut.where().end();
        }
        return text.append(action.sql(), at, action.end()).toString().strip();
    }

    /** The real default, once the column is there. */
    Optional<String> setDefault() {
        boolean own = needsBackfill()
                && (column.fill() == Fill.EXPRESSION || column.fill() == Fill.VOLATILE || column.fill() == Fill.STEADY);
        return own
                ? column.defaultExpression()
                        .map(e -> "ALTER COLUMN " + My.id(name()) + " SET DEFAULT "
                                + (column.fill() == Fill.STEADY ? e.text() : parenthesized(e.text())))
                : Optional.empty();
    }

    /** A placeholder that the statement does not have as its default goes in the end. */
    Optional<String> dropDefault() {
        boolean foreign = needsBackfill()
                && column.fill() == Fill.NONE
                && column.notNull()
                && !placeholder.orElseThrow().clause().isEmpty();
        return foreign ? Optional.of("ALTER COLUMN " + My.id(name()) + " DROP DEFAULT") : Optional.empty();
    }

    boolean isUnique() {
        return column.column().has(ColumnConstraint.Unique.class);
    }

    private static String parenthesized(String expression) {
        return expression.startsWith("(") ? expression : "(" + expression + ")";
    }
}
