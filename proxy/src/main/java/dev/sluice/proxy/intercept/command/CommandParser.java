package dev.sluice.proxy.intercept.command;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import dev.sluice.proxy.intercept.command.GatewayCommand.Topic;
import dev.sluice.proxy.migration.Migrations;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a gateway command by recursive descent.
 *
 * <pre>
 * command := SHOW SLUICE [FULL] topic [n] | ALTER SLUICE MIGRATION n action
 * action  := PAUSE | RESUME | CANCEL | RETRY | APPROVE ['reason'] | THROTTLE ('500 rows/s' | OFF)
 * </pre>
 */
public final class CommandParser {

    private static final Pattern RATE = Pattern.compile(
            "(\\d{1,12})\\s*(k?)\\s*(?:rows?)?\\s*(?:/\\s*s(?:ec(?:ond)?)?)?", Pattern.CASE_INSENSITIVE);
    private static final String ACTIONS =
            "An action is PAUSE, RESUME, CANCEL, RETRY, APPROVE ['reason'], THROTTLE '500 rows/s' or THROTTLE OFF.";

    private final Scanner tokens;
    private Token token;

    private CommandParser(Scanner tokens) {
        this.tokens = tokens;
        this.token = tokens.next();
    }

    /** @param sql the message that holds the command from {@code start} to {@code end} */
    public static GatewayCommand parse(String sql, int start, int end, LexicalRules rules)
            throws CommandSyntaxException {
        return new CommandParser(Scanner.of(sql, start, end, rules)).command();
    }

    private GatewayCommand command() throws CommandSyntaxException {
        boolean show = token.isWord("SHOW");
        take();
        take(); // SLUICE: the classifier saw it.
        GatewayCommand command = show ? show() : alter();
        if (token.isSymbol(";")) {
            take();
        }
        if (token.kind() != Token.Kind.END) {
            throw unexpected("The command ends before it.");
        }
        return command;
    }

    private GatewayCommand show() throws CommandSyntaxException {
        boolean full = accept("FULL");
        Topic topic = topic();
        OptionalLong number = OptionalLong.empty();
        if (topic == Topic.MIGRATION) {
            number = OptionalLong.of(number());
        }
        return new GatewayCommand.Show(topic, full, number);
    }

    private Topic topic() throws CommandSyntaxException {
        for (Topic topic : Topic.values()) {
            if (accept(topic.name())) {
                return topic;
            }
        }
        throw unexpected("SHOW SLUICE is followed by one of "
                + Arrays.stream(Topic.values()).map(Enum::name).collect(Collectors.joining(", ")) + ".");
    }

    private GatewayCommand alter() throws CommandSyntaxException {
        if (!accept("MIGRATION")) {
            throw unexpected("ALTER SLUICE is followed by MIGRATION, its number and an action.");
        }
        long migration = number();
        String verb = token.text().toUpperCase(Locale.ROOT);
        return new GatewayCommand.Alter(migration, verb, action());
    }

    private Migrations.Command action() throws CommandSyntaxException {
        if (accept("PAUSE")) {
            return new Migrations.Command.Pause();
        } else if (accept("RESUME")) {
            return new Migrations.Command.Resume();
        } else if (accept("CANCEL")) {
            return new Migrations.Command.Cancel();
        } else if (accept("RETRY")) {
            return new Migrations.Command.Retry();
        } else if (accept("APPROVE")) {
            return new Migrations.Command.Approve(token.isString() ? take().value() : "");
        } else if (accept("THROTTLE")) {
            return new Migrations.Command.Throttle(rate());
        }
        throw unexpected(ACTIONS);
    }

    private long rate() throws CommandSyntaxException {
        if (accept("OFF")) {
            return 0;
        }
        Matcher matcher = RATE.matcher(token.isString() ? token.value().strip() : token.text());
        if (!token.isString() && token.kind() != Token.Kind.NUMBER || !matcher.matches()) {
            throw unexpected("THROTTLE is followed by a rate such as '500 rows/s', or by OFF.");
        }
        take();
        return Long.parseLong(matcher.group(1)) * (matcher.group(2).isEmpty() ? 1 : 1000);
    }

    private long number() throws CommandSyntaxException {
        if (token.kind() != Token.Kind.NUMBER || !token.text().matches("\\d{1,18}")) {
            throw unexpected("MIGRATION is followed by the migration's number; SHOW SLUICE MIGRATIONS lists them.");
        }
        return Long.parseLong(take().text());
    }

    private boolean accept(String word) {
        if (token.isWord(word)) {
            take();
            return true;
        }
        return false;
    }

    private Token take() {
        Token taken = token;
        token = tokens.next();
        return taken;
    }

    private CommandSyntaxException unexpected(String right) {
        String message = token.kind() == Token.Kind.END
                ? "syntax error at end of input"
                : "syntax error at or near \"" + token.text() + "\"";
        return new CommandSyntaxException(message, right, token.start() + 1);
    }
}
