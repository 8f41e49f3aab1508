package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Follows a text that is too long to be gathered, byte by byte, as the session reads quotes and backslashes. Of each
 * statement only the beginning is kept, without comments. A short statement is judged by that; a long one passes when its
 * first word says that it reads or writes rows. Not thread-safe.
 */
final class TextScan {

    /** Looks at a statement that is kept whole. */
    interface Screen {
        Interest look(byte[] text, int length);
    }

    private enum State {
        CODE,
        /** Behind a slash, a minus sign, two of them, the opening of a comment. */
        SLASH,
        DASH,
        DASHES,
        OPENED,
        LINE_COMMENT,
        COMMENT,
        COMMENT_STAR,
        QUOTED,
        ESCAPED
    }

    private static final int KEPT_BYTES = 4096;
    private static final byte DELETE = 0x7f;
    private static final Set<String> ROWS =
            Set.of("insert", "replace", "update", "delete", "select", "with", "values", "load");

    private final boolean escapes;
    private final boolean escapesInDouble;
    private final Screen screen;
    private final byte[] kept = new byte[KEPT_BYTES];
    private int length;
    private boolean beyond;
    private boolean decided;
    private boolean suspicious;
    private int undecided;
    private State state = State.CODE;
    private byte quote;

    /**
     * @param escapes whether a backslash escapes within quotes
     * @param ansiQuotes whether a double quote encloses a name, where it does not
     */
    TextScan(boolean escapes, boolean ansiQuotes, Screen screen) {
        this.escapes = escapes;
        this.escapesInDouble = escapes && !ansiQuotes;
        this.screen = screen;
    }

    /** Whether some statement must be judged, or cannot be told to need no judgement. */
    boolean suspicious() {
        return suspicious;
    }

    /** Whether the first statement is known to be harmless. */
    boolean decided() {
        return decided;
    }

    /**
     * How many of the bytes taken last belong to a statement of which it is not known yet what it is: without them nothing
     * of it is at the server.
     */
    int undecided() {
        return undecided;
    }

    /** @return the index behind the last byte that was looked at: what follows something suspicious is not */
    int take(ByteBuf in, int from, int to) {
        int at = from;
        while (at < to && !suspicious) {
            step(in.getByte(at++));
            undecided = suspicious || (length > 0 && !beyond) ? undecided + 1 : 0;
        }
        return at;
    }

    /** The text ends here. */
    void end() {
        if (!suspicious) {
            statementEnds();
            undecided = suspicious ? undecided : 0;
        }
    }

    private void step(byte b) {
        switch (state) {
            case CODE -> code(b);
            case SLASH -> {
                if (b == '*') {
                    length--;
                    state = State.OPENED;
                } else {
                    state = State.CODE;
                    code(b);
                }
            }
            case DASH -> {
                state = b == '-' ? State.DASHES : State.CODE;
                if (b == '-') {
                    keep(b);
                } else {
                    code(b);
                }
            }
            case DASHES -> {
                if (b >= 0 && b <= ' ') {
                    length = Math.max(0, length - 2);
                    state = b == '\n' ? State.CODE : State.LINE_COMMENT;
                } else if (b == '-') {
                    keep(b);
                } else if (b < 0 || b == DELETE) {
                    suspicious = true; // a comment in some character sets only
                } else {
                    state = State.CODE;
                    code(b);
                }
            }
            case OPENED -> {
                suspicious = b == '!' || b == 'M'; // a comment that may be code
                keep((byte) ' ');
                state = b == '*' ? State.COMMENT_STAR : State.COMMENT;
            }
            case LINE_COMMENT -> state = b == '\n' ? State.CODE : state;
            case COMMENT -> state = b == '*' ? State.COMMENT_STAR : state;
            case COMMENT_STAR -> state = b == '/' ? State.CODE : b == '*' ? state : State.COMMENT;
            case QUOTED -> quoted(b);
            case ESCAPED -> {
                keep(b);
                state = State.QUOTED;
            }
        }
    }

    private void code(byte b) {
        switch (b) {
            case '\'', '"', '`' -> {
                quote = b;
                state = State.QUOTED;
            }
            case '/' -> state = State.SLASH;
            case '-' -> state = State.DASH;
            case '#' -> {
                state = State.LINE_COMMENT;
                return;
            }
            case ';' -> {
                statementEnds();
                return;
            }
            default -> {}
        }
        keep(b);
    }

    private void quoted(byte b) {
        keep(b);
        if (b == quote) {
            state = State.CODE;
        } else if (b == '\\' && quote != '`' && (quote == '"' ? escapesInDouble : escapes)) {
            state = State.ESCAPED;
        }
    }

    private void keep(byte b) {
        if (length < KEPT_BYTES) {
            boolean blank = length == 0 && b >= 0 && b <= ' ';
            if (!blank) {
                kept[length++] = b;
            }
        } else if (!beyond) {
            beyond = true;
            suspicious = !isAboutRows();
            decided = !suspicious;
        }
    }

    private void statementEnds() {
        if (!beyond) {
            suspicious = screen.look(kept, length) == Interest.JUDGE || changesModes();
            decided = !suspicious;
        }
        length = 0;
        beyond = false;
    }

    /** What follows would have to be read in another way. */
    private boolean changesModes() {
        String all = new String(kept, 0, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        return all.startsWith("set") && (all.contains("sql_mode") || all.contains("names") || all.contains("char"));
    }

    private boolean isAboutRows() {
        String begin = new String(kept, 0, 64, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        String[] words = begin.replace('(', ' ').strip().split("\\s+", 2);
        return ROWS.contains(words[0]);
    }
}
