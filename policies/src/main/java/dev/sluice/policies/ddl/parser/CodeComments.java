package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.SourceText;
import java.util.ArrayList;
import java.util.List;

/**
 * The executable comments of a statement. A slice of the text that reaches into one must take in all of it, or it would
 * open what it does not close.
 */
final class CodeComments {
    private static final int NONE = -1;

    private final List<Comment> found = new ArrayList<>();

    /** One comment: where it opens and closes, and where the tokens in it begin and end. */
    private static final class Comment {
        private final int open;
        private int close = Integer.MAX_VALUE;
        private int first = NONE;
        private int last = NONE;

        private Comment(int open) {
            this.open = open;
        }

        private boolean holds(int position) {
            return position > open && position < close;
        }
    }

    void open(int position) {
        found.add(new Comment(position));
    }

    void close(int position) {
        if (!found.isEmpty()) {
            found.getLast().close = position;
        }
    }

    void token(int start, int end) {
        if (!found.isEmpty() && end > start && found.getLast().close == Integer.MAX_VALUE) {
            Comment comment = found.getLast();
            comment.first = comment.first == NONE ? start : comment.first;
            comment.last = end;
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** The slice, or a longer one with the whole of the comments that it reaches into. */
    SourceText slice(String message, int start, int end) {
        int from = start;
        int to = end;
        for (Comment comment : found) {
            boolean startInside = comment.holds(start);
            boolean endInside = comment.holds(end);
            if (startInside && !endInside) {
                require(comment.first == start, start);
                from = comment.open;
            } else if (endInside && !startInside) {
                require(comment.last == end && comment.close <= message.length(), end);
                to = comment.close;
            }
        }
        return new SourceText(message, from, to);
    }

    private static void require(boolean whole, int position) {
        if (!whole) {
            throw new UnreadableTextException(
                    "an executable comment that is only in part inside of a clause", position);
        }
    }
}
