package dev.sluice.policies.policy;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A comparison with a number of rows or bytes: {@code > 1000000}, {@code <= 10 GB}. */
public record Amount(Comparison comparison, long limit) {

    /** How a value is compared with the limit. */
    public enum Comparison {
        LESS,
        AT_MOST,
        AT_LEAST,
        MORE
    }

    private static final Pattern SYNTAX = Pattern.compile("(<=|>=|<|>)\\s*(\\d+)\\s*([a-z]*)");

    private static final Map<String, Long> UNITS = Map.of(
            "",
            1L,
            "b",
            1L,
            "k",
            1_000L,
            "m",
            1_000_000L,
            "g",
            1_000_000_000L,
            "kb",
            1L << 10,
            "mb",
            1L << 20,
            "gb",
            1L << 30,
            "tb",
            1L << 40);

    /** Reads a comparison; {@code k}, {@code M}, {@code G} count by thousands, {@code kB} … {@code TB} by 1024. */
    public static Amount parse(String text) throws PolicyException {
        Matcher matcher = SYNTAX.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches() || !UNITS.containsKey(matcher.group(3))) {
            throw new PolicyException("", "\"" + text + "\" is no comparison: expected for example \"> 10 GB\"");
        }
        try {
            long limit = Math.multiplyExact(Long.parseLong(matcher.group(2)), UNITS.get(matcher.group(3)));
            return new Amount(comparison(matcher.group(1)), limit);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new PolicyException("", "\"" + text + "\" is too large");
        }
    }

    private static Comparison comparison(String operator) {
        return switch (operator) {
            case "<" -> Comparison.LESS;
            case "<=" -> Comparison.AT_MOST;
            case ">=" -> Comparison.AT_LEAST;
            default -> Comparison.MORE;
        };
    }

    /** As it may be written. */
    @Override
    public String toString() {
        String operator = switch (comparison) {
            case LESS -> "<";
            case AT_MOST -> "<=";
            case AT_LEAST -> ">=";
            case MORE -> ">";
        };
        return operator + " " + limit;
    }

    /** @param value negative: unknown, which satisfies nothing */
    boolean holds(long value) {
        return value >= 0
                && switch (comparison) {
                    case LESS -> value < limit;
                    case AT_MOST -> value <= limit;
                    case AT_LEAST -> value >= limit;
                    case MORE -> value > limit;
                };
    }
}
