package dev.sluice.policies.policy;

import java.util.regex.Pattern;

/** A pattern over a name: {@code *} is any run of characters, {@code ?} any one. */
record Glob(String text, Pattern pattern) {

    static Glob of(String text) {
        StringBuilder regex = new StringBuilder();
        for (char c : text.toCharArray()) {
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return new Glob(text, Pattern.compile(regex.toString(), Pattern.DOTALL));
    }

    boolean matches(String name) {
        return pattern.matcher(name).matches();
    }

    boolean matchesInAnyCase(String name) {
        return Pattern.compile(pattern.pattern(), pattern.flags() | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                .matcher(name)
                .matches();
    }

    /** Characters that are meant as they stand. */
    int literalLength() {
        return (int) text.chars().filter(c -> c != '*' && c != '?').count();
    }

    boolean isExact() {
        return literalLength() == text.length();
    }
}
