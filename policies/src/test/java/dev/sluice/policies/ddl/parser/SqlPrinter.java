package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/** Writes a statement in one of the many ways that mean the same: case, white space, comments, quoting. */
final class SqlPrinter {
    private static final List<String> GAPS = List.of(
            " ",
            " ",
            " ",
            "  ",
            "\n",
            "\t",
            "\r\n",
            "/**/",
            " /* ADD COLUMN */ ",
            "/* it's */",
            "-- DROP x\n",
            "/***/");
    private static final Set<String> RESERVED =
            Set.of("select", "table", "order", "primary", "check", "default", "column", "constraint", "not", "null");

    private final StringBuilder sql = new StringBuilder();
    private final Random random;
    private final Dialect dialect;

    SqlPrinter(Random random, Dialect dialect) {
        this.random = random;
        this.dialect = dialect;
    }

    boolean chance() {
        return random.nextBoolean();
    }

    /** Keywords, in any case. */
    SqlPrinter words(String words) {
        for (String word : words.split(" ")) {
            gap();
            sql.append(mixed(word));
        }
        return this;
    }

    SqlPrinter maybe(String words) {
        return chance() ? words(words) : this;
    }

    /** Text that must stay as it is. */
    SqlPrinter raw(String text) {
        gap();
        sql.append(text);
        return this;
    }

    /** A bracket, comma or dot, which needs no space around it. */
    SqlPrinter symbol(String symbol) {
        if (chance()) {
            gap();
        }
        sql.append(symbol);
        return this;
    }

    SqlPrinter name(String name) {
        gap();
        sql.append(quoted(name));
        return this;
    }

    SqlPrinter name(QualifiedName name) {
        name.schema().ifPresent(schema -> {
            name(schema);
            symbol(".");
        });
        return name(name.name());
    }

    SqlPrinter names(List<String> names) {
        symbol("(");
        for (int i = 0; i < names.size(); i++) {
            if (i > 0) {
                symbol(",");
            }
            name(names.get(i));
        }
        return symbol(")");
    }

    private String quoted(String name) {
        boolean plain = name.matches("[a-z_][a-z0-9_]*") && !RESERVED.contains(name);
        if (plain && chance()) {
            return dialect == Dialect.POSTGRES ? mixed(name) : name;
        }
        return SqlText.quoteIdentifier(dialect, name);
    }

    private String mixed(String word) {
        return switch (random.nextInt(4)) {
            case 0 -> word.toLowerCase(Locale.ROOT);
            case 1 -> word.toUpperCase(Locale.ROOT);
            case 2 -> word;
            default -> {
                StringBuilder mixed = new StringBuilder();
                word.chars()
                        .forEach(c ->
                                mixed.append((char) (chance() ? Character.toLowerCase(c) : Character.toUpperCase(c))));
                yield mixed.toString();
            }
        };
    }

    private void gap() {
        if (sql.isEmpty() || (sql.charAt(sql.length() - 1) == '.' && chance())) {
            return;
        }
        sql.append(GAPS.get(random.nextInt(GAPS.size())));
        if (dialect != Dialect.POSTGRES && random.nextInt(10) == 0) {
            sql.append("# x'\n");
        }
    }

    @Override
    public String toString() {
        return sql.toString();
    }
}
