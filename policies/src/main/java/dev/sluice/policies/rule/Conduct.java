package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a transaction does besides its schema change, while that holds a lock which stops readers or writers. The gateway
 * asks it about the statements of an open transaction, the linter about those of a file.
 *
 * <p>What migration tools write down about themselves in the same transaction is a row or two, and is nobody's concern.
 */
public final class Conduct {

    public static final String STATEMENT_AFTER_LOCK = "statement-after-exclusive-lock";
    public static final String DATA_CHANGE = "data-change-in-ddl-transaction";

    private static final Set<String> STRONG = Set.of("ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE");

    private static final Set<String> WRITES = Set.of("INSERT", "UPDATE", "DELETE", "MERGE");

    /** Words between a verb and the name of its table. */
    private static final Set<String> BEFORE_NAME = Set.of("INTO", "FROM", "ONLY", "IGNORE", "LOW_PRIORITY");

    /** Where tools keep what they have run: Flyway, Liquibase, Rails and dbmate, Django, Alembic, goose, Atlas, Prisma. */
    private static final Set<String> TOOLS_OWN = Set.of(
            "flyway_schema_history",
            "databasechangelog",
            "databasechangeloglock",
            "schema_migrations",
            "ar_internal_metadata",
            "django_migrations",
            "django_content_type",
            "auth_permission",
            "alembic_version",
            "goose_db_version",
            "atlas_schema_revisions",
            "_prisma_migrations");

    private static final Set<String> CATALOGS = Set.of("pg_catalog", "information_schema");

    /** Functions whose arguments have a FROM of their own. */
    private static final Set<String> FROM_INSIDE = Set.of("EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION");

    private Conduct() {}

    /** Whether a lock of PostgreSQL's stops readers or writers: {@code ACCESS EXCLUSIVE}. */
    public static boolean isStrong(String lock) {
        return STRONG.contains(lock.toUpperCase(Locale.ROOT));
    }

    /** The rule that catches a statement which is no schema change, in a transaction that holds such a lock. */
    public static Optional<String> ruleOf(String statement, LexicalRules rules) {
        List<Token> tokens = Scanner.tokens(statement, rules);
        int verb = verb(tokens);
        if (verb < 0) {
            return Optional.empty();
        }
        String word = tokens.get(verb).text().toUpperCase(Locale.ROOT);
        if (WRITES.contains(word)) {
            return isToolsOwn(name(tokens, verb + 1)) ? Optional.empty() : Optional.of(DATA_CHANGE);
        }
        return switch (word) {
            case "COPY" -> copy(tokens, verb);
            case "SELECT", "TABLE" -> reads(tokens, verb) ? Optional.of(STATEMENT_AFTER_LOCK) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** Whether a schema change takes its time, for which others wait when the transaction holds a strong lock. */
    public static boolean takesTime(SchemaChange change) {
        return switch (change) {
            case SchemaChange.RefreshMaterializedView ignored -> true;
            case SchemaChange.RewriteTables ignored -> true;
            case SchemaChange.AlterTable alter ->
                alter.actions().stream().anyMatch(AlterAction.ValidateConstraint.class::isInstance);
            default -> false;
        };
    }

    /** The word that says what it does: behind {@code WITH …}, the first write in it, else what it selects. */
    private static int verb(List<Token> tokens) {
        int first = 0;
        while (first < tokens.size() && tokens.get(first).isSymbol("(")) {
            first++;
        }
        if (first >= tokens.size() || !tokens.get(first).isWord("WITH")) {
            return first < tokens.size() ? first : -1;
        }
        int select = -1;
        for (int i = first + 1; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            boolean begins =
                    tokens.get(i - 1).isSymbol("(") || tokens.get(i - 1).isSymbol(")");
            if (begins && isWrite(token)) {
                return i;
            }
            select = select < 0 && token.isWord("SELECT") ? i : select;
        }
        return select;
    }

    private static boolean isWrite(Token token) {
        return token.kind() == Token.Kind.WORD && WRITES.contains(token.text().toUpperCase(Locale.ROOT));
    }

    private static Optional<String> copy(List<Token> tokens, int verb) {
        int behind = verb + 1;
        boolean query = behind < tokens.size() && tokens.get(behind).isSymbol("(");
        boolean writes = !query && tokens.stream().anyMatch(token -> token.isWord("FROM"));
        if (!query && isToolsOwn(name(tokens, behind))) {
            return Optional.empty();
        }
        return Optional.of(writes ? DATA_CHANGE : STATEMENT_AFTER_LOCK);
    }

    /** Whether a query reads a table that is neither the catalog's nor a tool's own. */
    private static boolean reads(List<Token> tokens, int verb) {
        if (tokens.get(verb).isWord("TABLE")) {
            return !isToolsOwn(name(tokens, verb + 1));
        }
        for (int i = verb + 1; i + 1 < tokens.size(); i++) {
            boolean from = tokens.get(i).isWord("FROM")
                    && !tokens.get(i - 1).isWord("DISTINCT")
                    && !isInsideFunction(tokens, i);
            if ((from || tokens.get(i).isWord("JOIN")) && isTable(tokens, i + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isInsideFunction(List<Token> tokens, int at) {
        int depth = 0;
        for (int i = at - 1; i > 0; i--) {
            if (tokens.get(i).isSymbol(")")) {
                depth++;
            } else if (tokens.get(i).isSymbol("(") && depth-- == 0) {
                return FROM_INSIDE.contains(tokens.get(i - 1).text().toUpperCase(Locale.ROOT));
            }
        }
        return false;
    }

    private static boolean isTable(List<Token> tokens, int at) {
        int first = at;
        while (tokens.get(first).isWord("ONLY") || tokens.get(first).isWord("LATERAL")) {
            first++;
        }
        if (first >= tokens.size() || !tokens.get(first).isIdentifier()) {
            return false;
        }
        boolean qualified = first + 2 < tokens.size() && tokens.get(first + 1).isSymbol(".");
        String schema = qualified ? tokens.get(first).value() : "";
        int last = qualified ? first + 2 : first;
        boolean function = last + 1 < tokens.size() && tokens.get(last + 1).isSymbol("(");
        String name = tokens.get(last).value();
        return !function
                && !CATALOGS.contains(schema)
                && !(schema.isEmpty() && name.startsWith("pg_"))
                && !isToolsOwn(name);
    }

    /** The table that a statement names, without its schema. */
    private static String name(List<Token> tokens, int from) {
        int at = from;
        while (at < tokens.size() && BEFORE_NAME.contains(tokens.get(at).text().toUpperCase(Locale.ROOT))) {
            at++;
        }
        boolean qualified = at + 2 < tokens.size() && tokens.get(at + 1).isSymbol(".");
        int last = qualified ? at + 2 : at;
        return last < tokens.size() ? tokens.get(last).value() : "";
    }

    private static boolean isToolsOwn(String table) {
        return TOOLS_OWN.contains(table.toLowerCase(Locale.ROOT));
    }
}
