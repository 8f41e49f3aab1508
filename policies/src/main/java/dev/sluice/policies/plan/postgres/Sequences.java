package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.EXPAND;

import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.TypeName;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The sequences behind serial and identity columns. */
final class Sequences {

    private static final String HELPER = "sluice_seq_{id}";

    private Sequences() {}

    static String baseType(TypeName serial) {
        return switch (serial.name().toLowerCase(Locale.ROOT)) {
            case "bigserial", "serial8" -> "bigint";
            case "smallserial", "serial2" -> "smallint";
            default -> "integer";
        };
    }

    /**
     * The sequence and the default that draws from it. A serial's is the one that stays; an identity's cannot be there
     * before the column is NOT NULL, so a helper numbers rows until then, and everybody may draw from it, as from an
     * identity.
     */
    static QualifiedName create(
            Draft draft, Table table, Names names, Expand expand, ColumnAddition addition, boolean identity) {
        QualifiedName sequence =
                new QualifiedName(table.name().schema(), identity ? HELPER : names.sequence(addition.name()));
        String type = identity
                ? addition.column().type().source().text()
                : baseType(addition.column().type());
        String options = identity
                ? addition.column()
                        .last(ColumnConstraint.Identity.class)
                        .flatMap(ColumnConstraint.Identity::options)
                        .map(o -> " " + sequenceOptions(o.text()))
                        .orElse("")
                : "";
        String unlogged = unlogged(table) ? "UNLOGGED " : "";
        expand.before("CREATE " + unlogged + "SEQUENCE " + Pg.id(sequence) + " AS " + type + options);
        owner(table).ifPresent(o -> expand.before("ALTER SEQUENCE " + Pg.id(sequence) + " OWNER TO " + Pg.id(o)));
        if (identity) {
            expand.before("GRANT USAGE ON SEQUENCE " + Pg.id(sequence) + " TO PUBLIC");
        }
        expand.action("ALTER COLUMN " + Pg.id(addition.name()) + " SET DEFAULT " + nextValue(sequence));
        if (!identity) {
            expand.after("ALTER SEQUENCE " + Pg.id(sequence) + " OWNED BY " + Pg.id(table.name()) + "."
                    + Pg.id(addition.name()));
        }
        draft.undo("DROP SEQUENCE IF EXISTS " + Pg.id(sequence));
        draft.note(EXPAND, "sequence " + sequence.name() + " numbers new rows at once");
        return sequence;
    }

    static String nextValue(QualifiedName sequence) {
        return "pg_catalog.nextval(" + Pg.literal(Pg.id(sequence)) + "::pg_catalog.regclass)";
    }

    /** The helper gives way to the identity's own sequence, which goes on where the helper stopped. */
    static void becomeIdentity(Draft draft, Table table, ColumnAddition addition) {
        ColumnConstraint.Identity identity =
                addition.column().last(ColumnConstraint.Identity.class).orElseThrow();
        QualifiedName helper = new QualifiedName(table.name().schema(), HELPER);
        String column = table.alter() + "ALTER COLUMN " + Pg.id(addition.name());
        String options =
                identity.options().map(o -> " " + parenthesized(o.text())).orElse("");
        List<String> sql = List.of(
                column + " DROP DEFAULT",
                column + " ADD GENERATED " + (identity.always() ? "ALWAYS" : "BY DEFAULT") + " AS IDENTITY" + options,
                "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence(" + Pg.literal(Pg.id(table.name())) + ", "
                        + Pg.literal(addition.name()) + "), s.last_value, s.is_called) FROM " + Pg.id(helper) + " s",
                "DROP SEQUENCE " + Pg.id(helper));
        draft.add(ENFORCE, new Step.Statements(sql, Optional.of("SELECT " + Pg.regclass(helper) + " IS NULL")));
    }

    private static String parenthesized(String options) {
        return options.startsWith("(") ? options : "(" + options + ")";
    }

    /** What CREATE SEQUENCE takes too: without the sequence's name and persistence. */
    private static String sequenceOptions(String options) {
        List<Token> tokens = Tokens.of(options, Dialect.POSTGRES);
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.is("sequence")
                    && i + 1 < tokens.size()
                    && tokens.get(i + 1).is("name")) {
                i += 2;
                while (i + 1 < tokens.size() && tokens.get(i + 1).is(".")) {
                    i += 2;
                }
            } else if (!token.is("(") && !token.is(")") && !token.is("logged") && !token.is("unlogged")) {
                kept.add(options.substring(token.start(), token.end()));
            }
        }
        return String.join(" ", kept).replace("- ", "-");
    }

    private static boolean unlogged(Table table) {
        return table.facts().version().atLeast(15)
                && table.relation()
                        .filter(r ->
                                r.options().getOrDefault("persistence", "p").equals("u"))
                        .isPresent();
    }

    private static Optional<String> owner(Table table) {
        return table.relation()
                .map(RelationFacts::owner)
                .filter(o -> !o.isEmpty() && !o.equals(table.facts().role()));
    }
}
