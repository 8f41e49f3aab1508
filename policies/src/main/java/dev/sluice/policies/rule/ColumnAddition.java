package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.TypeName;
import dev.sluice.policies.facts.ExpressionFacts;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.TypeFacts;
import dev.sluice.policies.rule.Tokens.Kind;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What an ADD COLUMN asks of existing rows.
 *
 * @param action the action
 * @param fill where existing rows get their value from
 * @param notNull whether the column ends up NOT NULL, for whatever reason
 * @param serial whether the type is one of the serial ones
 * @param constrainedDomain whether the type is a domain with a constraint
 */
public record ColumnAddition(
        AlterAction.AddColumn action, Fill fill, boolean notNull, boolean serial, boolean constrainedDomain) {

    /** Where existing rows get their value from. */
    public enum Fill {
        /** No default, or NULL: they have none. */
        NONE,
        /** A default that is the same for all of them. */
        STEADY,
        /** MySQL: a default that is an expression, the same for all of them. */
        EXPRESSION,
        /** A default that is evaluated for each. */
        VOLATILE,
        /** Serial, identity, AUTO_INCREMENT. */
        SEQUENCE,
        /** A generated column. */
        GENERATED,
        /** The server refuses the default. */
        INVALID
    }

    public static ColumnAddition of(AlterAction.AddColumn action, Facts facts) {
        ColumnSpec column = action.column();
        boolean postgres = facts.version().dialect() == Dialect.POSTGRES;
        boolean serial = (postgres || column.type().name().equals("serial")) && BuiltinTypes.serial(column.type());
        boolean notNull = serial
                || column.has(ColumnConstraint.NotNull.class)
                || column.has(ColumnConstraint.PrimaryKey.class)
                || column.has(ColumnConstraint.Identity.class)
                || column.has(ColumnConstraint.AutoIncrement.class);
        return new ColumnAddition(
                action, fill(column, serial, facts), notNull, serial, postgres && domain(column.type(), facts));
    }

    public ColumnSpec column() {
        return action.column();
    }

    public String name() {
        return action.column().name();
    }

    public Optional<SourceText> defaultExpression() {
        return column().last(ColumnConstraint.Default.class).map(ColumnConstraint.Default::expression);
    }

    /** Whether existing rows get the default of the column's domain. */
    public boolean takesDomainDefault() {
        return defaultExpression().isEmpty() && (fill == Fill.STEADY || fill == Fill.VOLATILE);
    }

    public Optional<ColumnConstraint.Generated> generated() {
        return column().last(ColumnConstraint.Generated.class);
    }

    /** Whether the value is computed when it is read. */
    public boolean isVirtual(boolean virtualByDefault) {
        return generated()
                .filter(g -> g.storage() == ColumnConstraint.Generated.Storage.VIRTUAL
                        || (virtualByDefault && g.storage() == ColumnConstraint.Generated.Storage.DEFAULT))
                .isPresent();
    }

    /** Whether the type's name does not tell what it is. */
    public static boolean mayBeDomain(TypeName type) {
        return !BuiltinTypes.known(type);
    }

    /** Whether it takes the server to say what the expression is. */
    public static boolean mayBeVolatile(String expression) {
        return Volatility.of(expression, Dialect.POSTGRES) != ExpressionFacts.STABLE;
    }

    public static boolean drawsFromSequence(ColumnSpec column) {
        return BuiltinTypes.serial(column.type()) || column.has(ColumnConstraint.Identity.class);
    }

    private static Fill fill(ColumnSpec column, boolean serial, Facts facts) {
        if (serial || column.has(ColumnConstraint.Identity.class) || column.has(ColumnConstraint.AutoIncrement.class)) {
            return Fill.SEQUENCE;
        }
        if (column.has(ColumnConstraint.Generated.class)) {
            return Fill.GENERATED;
        }
        Optional<ColumnConstraint.Default> given = column.last(ColumnConstraint.Default.class);
        return given.map(d -> ofExpression(d.expression().text(), facts))
                .orElseGet(() -> ofDomain(column.type(), facts));
    }

    /** A column that has no default of its own gets its domain's. */
    private static Fill ofDomain(TypeName type, Facts facts) {
        Optional<ExpressionFacts> known = type.array()
                ? Optional.empty()
                : facts.type(type.source().text()).flatMap(TypeFacts::domainDefault);
        return known.map(kind -> kind == ExpressionFacts.STABLE ? Fill.STEADY : Fill.VOLATILE)
                .orElse(Fill.NONE);
    }

    private static Fill ofExpression(String expression, Facts facts) {
        Dialect dialect = facts.version().dialect();
        List<Token> tokens = Tokens.of(expression, dialect);
        if (isNull(tokens)) {
            return Fill.NONE;
        }
        ExpressionFacts kind = facts.expression(expression).orElseGet(() -> Volatility.of(expression, dialect));
        return switch (kind) {
            case INVALID -> Fill.INVALID;
            case VOLATILE -> Fill.VOLATILE;
            case STABLE -> dialect.isMySqlFamily() && computed(tokens) ? Fill.EXPRESSION : Fill.STEADY;
        };
    }

    /** NULL, in parentheses or cast. */
    private static boolean isNull(List<Token> tokens) {
        List<Token> bare = tokens.stream().filter(t -> !t.is("(") && !t.is(")")).toList();
        return !bare.isEmpty()
                && bare.getFirst().is("null")
                && (bare.size() == 1 || bare.get(1).is("::"));
    }

    /** MySQL: everything but a literal and the current time is an expression, even a literal in parentheses. */
    private static boolean computed(List<Token> tokens) {
        if (tokens.getFirst().is("(")) {
            return true;
        }
        Token first = tokens.getFirst();
        boolean time = first.kind() == Kind.WORD
                && List.of("current_timestamp", "now", "localtime", "localtimestamp")
                        .contains(first.text().toLowerCase(Locale.ROOT));
        return !time && tokens.size() > 1 && tokens.get(1).is("(");
    }

    private static boolean domain(TypeName type, Facts facts) {
        if (BuiltinTypes.known(type) || type.array()) {
            return false;
        }
        return facts.type(type.source().text())
                .map(TypeFacts::constrainedDomain)
                .orElse(facts.assumed());
    }
}
