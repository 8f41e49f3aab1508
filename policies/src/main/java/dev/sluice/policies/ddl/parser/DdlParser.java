package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads schema changes of PostgreSQL 12–18, MySQL 8.0–9.x and MariaDB 10.6–11.x.
 *
 * <p>There is always an answer: what is not understood in full is {@link SchemaChange.Unrecognized}, with the reason.
 * Positions in the answer are in the client's message. Has no state of its own; safe for use by many threads. The first
 * call loads the generated parser, which takes a few hundred milliseconds: {@link #warmUp} does so ahead of time.
 */
public final class DdlParser {
    /** Text longer than this in one statement is not read; a schema change is never so long. */
    private static final int MAX_LENGTH = 16 * 1024 * 1024;

    /** One statement of a message. */
    public SchemaChange parse(String message, StatementText statement, LexicalRules rules) {
        if (statement.kind() == StatementText.Kind.OPAQUE && rules.dialect() == Dialect.POSTGRES) {
            String verb = Scanner.of(message, statement.start(), statement.end(), rules)
                    .next()
                    .text()
                    .toUpperCase(Locale.ROOT);
            if (!verb.equals("DO") && !verb.equals("CALL")) {
                // No schema change by its words: its program, what it calls, or the catalog that it writes makes it
                // one.
                return new SchemaChange.Opaque(
                        new SourceText(message, statement.start(), statement.end()),
                        isOpaqueItself(message, statement, rules) ? verb : SchemaChange.Opaque.QUERY + verb,
                        Optional.empty());
            }
        }
        return parse(message, statement.start(), statement.end(), rules);
    }

    /** Whether its own words make it opaque, whatever it calls. */
    private static boolean isOpaqueItself(String message, StatementText statement, LexicalRules rules) {
        return Splitter.splitWithoutDirectives(statement.in(message), rules)
                        .getFirst()
                        .kind()
                == StatementText.Kind.OPAQUE;
    }

    /** The statement between two positions of a message. */
    public SchemaChange parse(String message, int start, int end, LexicalRules rules) {
        if (end - start > MAX_LENGTH) {
            return unrecognized(message, start, end, rules, "the statement is too long");
        }
        DdlLexer lexer = new DdlLexer(message, start, end, rules);
        DdlParserImpl parser = new DdlParserImpl(lexer);
        parser.begin(message, rules, lexer.comments());
        try {
            SchemaChange change = parser.SchemaChangeEof();
            return change instanceof SchemaChange.Opaque opaque ? withEmbedded(opaque, rules) : change;
        } catch (ParseException e) {
            return unrecognized(message, start, end, rules, parser.reason(e));
        } catch (UnreadableTextException e) {
            return unrecognized(message, start, end, rules, e.getMessage());
        } catch (StackOverflowError e) {
            return unrecognized(message, start, end, rules, "the statement is nested too deeply");
        }
    }

    /** A text that is one statement, as it stands in a literal or a file; a semicolon at its end does not matter. */
    public SchemaChange parse(String statement, LexicalRules rules) {
        int end = statement.length();
        while (end > 0 && (statement.charAt(end - 1) <= ' ' || statement.charAt(end - 1) == ';')) {
            end--;
        }
        return parse(statement, 0, end, rules);
    }

    /** What {@code EXPLAIN} of a schema change asks for; empty where the statement is no EXPLAIN that can be read. */
    public Optional<ExplainStatement> parseExplain(String message, StatementText statement, LexicalRules rules) {
        try {
            return ExplainStatement.read(
                    new DdlLexer(message, statement.start(), statement.end(), rules), statement, rules);
        } catch (UnreadableTextException e) {
            return Optional.empty();
        }
    }

    /** Loads and exercises the parser, so that the first client does not wait for it. */
    public void warmUp() {
        LexicalRules postgres = LexicalRules.defaults(ServerVersion.postgres(18));
        LexicalRules mysql = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));
        for (int i = 0; i < 200; i++) {
            parse("ALTER TABLE a.b ADD COLUMN c uuid NOT NULL DEFAULT gen_random_uuid(), DROP d", postgres);
            parse("CREATE INDEX i ON t USING btree (a DESC) WHERE b", postgres);
            parse("ALTER TABLE `t` ADD COLUMN c INT UNSIGNED NOT NULL DEFAULT 1 AFTER d, ALGORITHM=INSTANT", mysql);
            parse("CREATE TABLE t (id bigint PRIMARY KEY, a text REFERENCES b (c), UNIQUE (a))", postgres);
        }
    }

    /** EXECUTE IMMEDIATE and PREPARE … FROM with a literal. */
    private SchemaChange withEmbedded(SchemaChange.Opaque opaque, LexicalRules rules) {
        return EmbeddedText.of(opaque, rules)
                .flatMap(text -> embedded(text, rules))
                .<SchemaChange>map(inner -> new SchemaChange.Opaque(opaque.source(), opaque.verb(), Optional.of(inner)))
                .orElse(opaque);
    }

    /** The schema change in a literal; empty where it holds something else. */
    private Optional<SchemaChange> embedded(String text, LexicalRules rules) {
        return Splitter.splitWithoutDirectives(text, rules).stream()
                .filter(statement -> switch (statement.kind()) {
                    case SCHEMA_CHANGE, OPAQUE -> true;
                    case GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE, TRANSACTION, SETTING, DATA -> false;
                })
                .findFirst()
                .map(statement -> parse(text, statement, rules));
    }

    private static SchemaChange unrecognized(String message, int start, int end, LexicalRules rules, String reason) {
        return new SchemaChange.Unrecognized(
                new SourceText(message, start, end), leadingWords(message.substring(start, end), rules), reason);
    }

    /** The first two words, which are the command tag of most statements. */
    private static String leadingWords(String statement, LexicalRules rules) {
        Scanner scanner = Scanner.of(statement, rules);
        dev.sluice.policies.sql.Token first = scanner.next();
        dev.sluice.policies.sql.Token second = scanner.next();
        String tag = second.kind() == dev.sluice.policies.sql.Token.Kind.WORD
                ? first.text() + " " + second.text()
                : first.text();
        return tag.toUpperCase(Locale.ROOT);
    }
}
