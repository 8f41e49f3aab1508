package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.policies.sql.Token;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.TransactionStatus;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Answers EXPLAIN of a schema change; runs nothing. Thread-safe; blocks. */
final class Explain {

    private final Planning planning;
    private final StatementJudge judge;

    Explain(Planning planning, StatementJudge judge) {
        this.planning = planning;
        this.judge = judge;
    }

    /** @param at where the statement that is explained begins */
    private record Request(int at, boolean json) {}

    Ruling answer(HeldSession session, String sql, StatementText explain, String role)
            throws ServerErrorException, RefusedException {
        LexicalRules rules = session.info().lexicalRules();
        Request request = request(sql, explain, rules);
        String inner = " ".repeat(request.at()) + sql.substring(request.at(), explain.end());
        List<StatementText> statements = planning.split(inner, rules);
        if (statements.isEmpty()) {
            throw new RefusedException(Refusals.explainOption("a statement is missing"));
        }
        StatementText statement = statements.getFirst();
        Earlier earlier = new Earlier(inner, rules, session.transaction() == TransactionStatus.IN_TRANSACTION);
        Judgement judgement = judge.judge(session, inner, withDirectives(statement, explain), 0, true, earlier, role);
        boolean mysql = rules.dialect().isMySqlFamily();
        String column = mysql ? "EXPLAIN" : "QUERY PLAN";
        List<List<Optional<String>>> rows = request.json()
                ? List.of(List.of(Optional.of(ExplainFormat.json(judgement.decision()))))
                : ExplainFormat.text(judgement.decision(), judgement.change().commandTag()).stream()
                        .map(line -> List.of(Optional.of(line)))
                        .toList();
        return new Ruling.Answer(List.of(column), rows, "EXPLAIN");
    }

    private static StatementText withDirectives(StatementText statement, StatementText explain) {
        return new StatementText(statement.start(), statement.end(), statement.kind(), explain.directives());
    }

    private static Request request(String sql, StatementText explain, LexicalRules rules) throws RefusedException {
        Scanner scanner = Scanner.of(sql, explain.start(), explain.end(), rules);
        scanner.next(); // EXPLAIN, DESCRIBE or DESC: the classifier saw it.
        boolean json = false;
        Token token = scanner.next();
        while (true) {
            if (token.isSymbol("(")) {
                json = options(scanner);
            } else if (token.isWord("FORMAT")) {
                json = format(afterEquals(scanner));
            } else if (token.isWord("ANALYZE") || token.isWord("ANALYSE")) {
                throw new RefusedException(Refusals.explainOption("ANALYZE would run the schema change"));
            } else if (!token.isWord("VERBOSE") && !token.isWord("EXTENDED")) {
                return new Request(token.start(), json);
            }
            token = scanner.next();
        }
    }

    private static Token afterEquals(Scanner scanner) {
        Token token = scanner.next();
        return token.isSymbol("=") ? scanner.next() : token;
    }

    /** The options in parentheses, up to the closing one. */
    private static boolean options(Scanner scanner) throws RefusedException {
        boolean json = false;
        Token token = scanner.next();
        while (!token.isSymbol(")") && token.kind() != Token.Kind.END) {
            if (token.isWord("FORMAT")) {
                json = format(scanner.next());
                token = scanner.next();
            } else if (token.isWord("ANALYZE") || token.isWord("ANALYSE")) {
                token = scanner.next();
                if (!Set.of("false", "off", "0").contains(token.text().toLowerCase(Locale.ROOT))) {
                    throw new RefusedException(Refusals.explainOption("ANALYZE would run the schema change"));
                }
                token = scanner.next();
            } else {
                token = scanner.next();
            }
        }
        return json;
    }

    private static boolean format(Token token) throws RefusedException {
        String name = token.value().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "json" -> true;
            case "text", "traditional", "tree" -> false;
            default -> throw new RefusedException(Refusals.explainOption("format \"" + name + "\" is not known here"));
        };
    }
}
