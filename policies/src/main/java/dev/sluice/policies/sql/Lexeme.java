package dev.sluice.policies.sql;

import dev.sluice.policies.sql.Token.Kind;

/**
 * A token packed into a long, so that reading one allocates nothing: its end in the lower half, its kind and two marks
 * above.
 */
final class Lexeme {
    private static final Kind[] KINDS = Kind.values();
    private static final long DOUBTFUL = 1L << 40;

    private Lexeme() {}

    static long of(Kind kind, int end) {
        return (long) kind.ordinal() << 32 | end;
    }

    /** A token that would end elsewhere if a setting or a server's version were another one. */
    static long doubtful(Kind kind, int end) {
        return of(kind, end) | DOUBTFUL;
    }

    static int end(long lexeme) {
        return (int) lexeme;
    }

    static Kind kind(long lexeme) {
        return KINDS[(int) (lexeme >>> 32) & 0xff];
    }

    static boolean isDoubtful(long lexeme) {
        return (lexeme & DOUBTFUL) != 0;
    }
}
