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
        SourceText action = column.action().source();
        boolean listed = action.start() == column.column().source().start();
        String add = column.action().ifNotExists() ? "ADD COLUMN IF NOT EXISTS " : "ADD COLUMN ";
        return (listed ? add : "") + cut(action, cuts);
    }

    /** The column as the statement has it, but for what an index must do. */
    private String modification() {
        List<Cut> cuts = new ArrayList<>();
        column.column().all(ColumnConstraint.Unique.class).forEach(u -> cuts.add(new Cut(u.source(), "")));
        return "MODIFY COLUMN " + cut(column.column().source(), cuts);
    }

    private record Cut(SourceText where, String instead) {}

    private static String cut(SourceText whole, List<Cut> cuts) {
        StringBuilder text = new StringBuilder();
        int at = whole.start();
        for (Cut cut : cuts.stream()
                .sorted(Comparator.comparingInt(c -> c.where().start()))
                .toList()) {
            text.append(whole.sql(), at, cut.where().start()).append(cut.instead());
            at = cut.where().end();
        }
        return text.append(whole.sql(), at, whole.end()).toString().strip();
    }

    /** The real default, once the column is there. */
    Optional<String> setDefault() {
        boolean own = needsBackfill()
                && (column.fill() == Fill.EXPRESSION || column.fill() == Fill.VOLATILE || column.fill() == Fill.STEADY);
        return own ? column.defaultExpression().map(this::setDefault) : Optional.empty();
    }

    /**
     * MySQL's SET DEFAULT takes a literal within parentheses for one without: another default in SHOW CREATE TABLE, and
     * none at all where the type has no constant defaults (1101). MODIFY reads it as ADD does, but may refuse the
     * functions that give each row a value of its own (1674).
     */
    private String setDefault(SourceText expression) {
        boolean steady = Volatility.of(expression.text(), dialect) == ExpressionFacts.STABLE;
        if (steady && dialect == Dialect.MYSQL && column.fill() == Fill.EXPRESSION) {
            return modification();
        }
        return "ALTER COLUMN " + My.id(name()) + " SET DEFAULT "
                + (column.fill() == Fill.STEADY ? expression.text() : parenthesized(expression.text()));
    }

    /**
     * A placeholder that the statement does not have as its default goes in the end. A TIMESTAMP may get a default that
     * nobody wrote, as {@code explicit_defaults_for_timestamp} has it.
     */
    Optional<String> dropDefault() {
        boolean foreign = needsBackfill()
                && column.fill() == Fill.NONE
                && column.notNull()
                && !placeholder.orElseThrow().clause().isEmpty();
        boolean timestamp = Unlikely.base(column.column().type()).equals("timestamp");
        return foreign
                ? Optional.of(timestamp ? modification() : "ALTER COLUMN " + My.id(name()) + " DROP DEFAULT")
                : Optional.empty();
    }

    boolean isUnique() {
        return column.column().has(ColumnConstraint.Unique.class);
    }

    private static String parenthesized(String expression) {
        return expression.startsWith("(") ? expression : "(" + expression + ")";
    }
}
