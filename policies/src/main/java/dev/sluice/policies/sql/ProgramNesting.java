package dev.sluice.policies.sql;

import java.util.Arrays;

/**
 * How deep in the blocks of a stored program's body a statement is, so that its semicolons do not end it: PostgreSQL's
 * {@code BEGIN ATOMIC … END}, MySQL's and MariaDB's compound statements.
 */
final class ProgramNesting {
    private final boolean mySql;
    private Keyword[] open = new Keyword[8];
    private int depth;
    /** Whether a statement of the body may begin here. */
    private boolean fresh;
    /** Behind END, where IF, CASE, LOOP, … only repeat what is closed. */
    private boolean behindEnd;

    private Keyword previous = Keyword.NONE;

    ProgramNesting(boolean mySql) {
        this.mySql = mySql;
    }

    boolean isInside() {
        return depth > 0;
    }

    /** A keyword or another word that is not part of a dotted name. */
    void word(Keyword keyword) {
        boolean closed = behindEnd;
        behindEnd = false;
        boolean begins = fresh;
        fresh = false;
        switch (keyword) {
            case END -> end(begins);
            case CASE -> {
                if (!closed) {
                    push(keyword);
                }
            }
            case ATOMIC -> {
                if (!mySql && previous == Keyword.BEGIN) {
                    push(Keyword.BEGIN);
                }
                fresh = true;
            }
            case BEGIN -> {
                if (mySql) {
                    push(keyword);
                    fresh = true;
                }
            }
            case IF, WHILE, FOR -> {
                if (mySql && begins && !closed) {
                    push(keyword);
                }
            }
            case LOOP, REPEAT -> {
                if (mySql && begins && !closed) {
                    push(keyword);
                    fresh = true;
                }
            }
            case THEN, ELSE, DO -> fresh = true;
            case ROW, DETERMINISTIC, SQL, DATA, INVOKER, DEFINER -> fresh = depth == 0;
            default -> {}
        }
        previous = keyword;
    }

    /** Anything that is no word; a semicolon, a label's colon and the header's closing bracket let a statement begin. */
    void other(byte symbol) {
        fresh = symbol == ';' || symbol == ':' || (depth == 0 && (symbol == ')' || symbol == '\''));
        behindEnd = false;
        previous = Keyword.NONE;
    }

    private void push(Keyword keyword) {
        if (depth == open.length) {
            open = Arrays.copyOf(open, depth * 2);
        }
        open[depth++] = keyword;
    }

    /** END closes a CASE anywhere, a block only where a statement may begin: a column may be named end. */
    private void end(boolean begins) {
        if (depth == 0) {
            return;
        }
        Keyword top = open[depth - 1];
        if (begins || top == Keyword.CASE || top == Keyword.REPEAT) {
            depth--;
            behindEnd = true;
        }
    }
}
