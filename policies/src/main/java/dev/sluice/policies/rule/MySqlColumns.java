package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.facts.RelationFacts.ColumnFacts;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What MySQL's MODIFY and CHANGE do to a column that exists. */
final class MySqlColumns {

    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("integer", "int"),
            Map.entry("int4", "int"),
            Map.entry("int8", "bigint"),
            Map.entry("int2", "smallint"),
            Map.entry("int1", "tinyint"),
            Map.entry("int3", "mediumint"),
            Map.entry("middleint", "mediumint"),
            Map.entry("dec", "decimal"),
            Map.entry("numeric", "decimal"),
            Map.entry("fixed", "decimal"),
            Map.entry("bool", "tinyint"),
            Map.entry("boolean", "tinyint"),
            Map.entry("character varying", "varchar"),
            Map.entry("character", "char"),
            Map.entry("real", "double"),
            Map.entry("double precision", "double"),
            Map.entry("float8", "double"),
            Map.entry("float4", "float"));

    private static final int BYTES_OF_A_CHARACTER = 4;
    private static final int ONE_LENGTH_BYTE = 255;

    private MySqlColumns() {}

    /** What becomes of the values. */
    enum Change {
        /** Nothing is written. */
        NONE,
        /** An ENUM or SET that is not merely longer. */
        ENUM,
        /** The values are converted or their storage changes. */
        TYPE
    }

    private record Type(String name, List<String> arguments, boolean unsigned) {}

    static Change change(Subject subject, AlterAction.ModifyColumn modify) {
        Optional<ColumnFacts> current = subject.column(modify.from());
        if (current.isEmpty()) {
            return Change.TYPE;
        }
        Type from = parse(current.get().type());
        Type to = parse(modify.column().type().source().text());
        if (convertsCharacters(modify.column())) {
            return Change.TYPE;
        }
        if (from.name().equals(to.name()) && from.unsigned() == to.unsigned()) {
            return sameName(from, to);
        }
        return Change.TYPE;
    }

    /** The column's own character set is not known: any but the usual one is taken for a conversion. */
    private static boolean convertsCharacters(ColumnSpec column) {
        List<Token> tokens = Tokens.of(column.source().text(), Dialect.MYSQL);
        for (int i = 0; i + 1 < tokens.size(); i++) {
            boolean set = tokens.get(i).is("charset")
                    || (tokens.get(i).is("set") && i > 0 && tokens.get(i - 1).is("character"));
            if (set && !tokens.get(i + 1).text().toLowerCase(Locale.ROOT).startsWith("utf8mb4")) {
                return true;
            }
        }
        return false;
    }

    private static Change sameName(Type from, Type to) {
        return switch (from.name()) {
            case "enum", "set" -> appended(from.arguments(), to.arguments()) ? Change.NONE : Change.ENUM;
            case "varchar" -> longer(from, to, BYTES_OF_A_CHARACTER);
            case "varbinary" -> longer(from, to, 1);
            // A display width changes nothing.
            case "tinyint", "smallint", "mediumint", "int", "bigint", "year" -> Change.NONE;
            case "decimal" -> decimal(from).equals(decimal(to)) ? Change.NONE : Change.TYPE;
            default -> from.arguments().equals(to.arguments()) ? Change.NONE : Change.TYPE;
        };
    }

    private static List<String> decimal(Type type) {
        return switch (type.arguments().size()) {
            case 0 -> List.of("10", "0");
            case 1 -> List.of(type.arguments().getFirst(), "0");
            default -> type.arguments();
        };
    }

    private static Change longer(Type from, Type to, int width) {
        if (from.arguments().isEmpty() || to.arguments().isEmpty()) {
            return Change.TYPE;
        }
        int before = Integer.parseInt(from.arguments().getFirst());
        int after = Integer.parseInt(to.arguments().getFirst());
        boolean sameSide = (before * width <= ONE_LENGTH_BYTE) == (after * width <= ONE_LENGTH_BYTE);
        return after >= before && sameSide ? Change.NONE : Change.TYPE;
    }

    private static boolean appended(List<String> from, List<String> to) {
        boolean prefix = to.size() >= from.size() && to.subList(0, from.size()).equals(from);
        // Past 255 members an ENUM takes a second byte, a SET grows at each eighth.
        return prefix && (to.size() == from.size() || (from.size() - 1) / 8 == (to.size() - 1) / 8 || to.size() < 8);
    }

    static List<Hit> becomesNotNull(Subject subject) {
        boolean indexed = subject.actions(AlterAction.AddIndex.class).stream()
                .anyMatch(i -> i.kind() == IndexKind.SPATIAL || i.kind() == IndexKind.FULLTEXT);
        if (indexed) {
            return List.of();
        }
        return subject.actions(AlterAction.ModifyColumn.class).stream()
                .filter(m -> notNull(m.column()) && change(subject, m) == Change.NONE)
                .filter(m -> subject.column(m.from()).filter(c -> !c.notNull()).isPresent())
                .map(m -> Hit.at(m.source()))
                .toList();
    }

    static boolean becomesNullable(Subject subject, AlterAction.ModifyColumn modify) {
        return !notNull(modify.column())
                && subject.column(modify.from()).filter(ColumnFacts::notNull).isPresent();
    }

    private static boolean notNull(ColumnSpec column) {
        return column.has(ColumnConstraint.NotNull.class) || column.has(ColumnConstraint.PrimaryKey.class);
    }

    private static Type parse(String text) {
        List<Token> tokens = Tokens.of(text, Dialect.MYSQL);
        StringBuilder name = new StringBuilder();
        List<String> arguments = new ArrayList<>();
        boolean unsigned = false;
        boolean behind = false;
        int depth = 0;
        for (Token token : tokens) {
            if (token.is("(")) {
                depth++;
                behind = true;
            } else if (token.is(")")) {
                depth--;
            } else if (depth > 0 && !token.is(",")) {
                arguments.add(token.text());
            } else if (token.is("unsigned") || token.is("zerofill")) {
                unsigned = true;
            } else if (token.is("character") && !name.isEmpty() || token.is("charset") || token.is("collate")) {
                break;
            } else if (depth == 0 && token.isName() && !behind) {
                name.append(name.isEmpty() ? "" : " ").append(token.text());
            }
        }
        String full = name.toString().toLowerCase(Locale.ROOT);
        return new Type(ALIASES.getOrDefault(full, full), List.copyOf(arguments), unsigned);
    }
}
