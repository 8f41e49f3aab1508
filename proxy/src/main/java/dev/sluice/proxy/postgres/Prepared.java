package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Interest;
import dev.sluice.proxy.session.BulkWrite;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The prepared statements of a session whose text is of interest, and the portals bound to them. All others are
 * forgotten: most sessions have none.
 */
final class Prepared {
    private static final int MAX_STATEMENTS = 4096;
    private static final int MAX_PORTALS = 4096;
    /** The server tells names apart by their first NAMEDATALEN - 1 bytes. */
    private static final int NAME_BYTES = 63;

    /**
     * A statement that was parsed.
     *
     * @param text empty unless it may have to be judged
     * @param virtual whether the gateway itself parsed it, and the server knows nothing of it
     * @param write what a statement of {@link Interest#BULK_WRITE} is
     * @param calls whether nothing but what it may call makes it of interest
     */
    record Statement(Interest interest, String text, Charset charset, boolean virtual, BulkWrite write, boolean calls) {
        Statement(Interest interest, String text, Charset charset, boolean virtual, BulkWrite write) {
            this(interest, text, charset, virtual, write, false);
        }

        Statement(Interest interest, String text, Charset charset, boolean virtual) {
            this(interest, text, charset, virtual, BulkWrite.ORDINARY);
        }
    }

    /** A portal; {@code rest} are the rows of an answer that its client has not asked for yet. */
    static final class Portal {
        final Statement statement;
        final short[] formats;

        @Nullable
        List<List<Optional<String>>> rest;

        String tag = "";

        Portal(Statement statement, short[] formats) {
            this.statement = statement;
            this.formats = formats;
        }

        /** The format asked for a column: 0 text, 1 binary. */
        short format(int column) {
            return switch (formats.length) {
                case 0 -> 0;
                case 1 -> formats[0];
                default -> column < formats.length ? formats[column] : 0;
            };
        }
    }

    private final Map<String, Statement> statements = new HashMap<>();
    private final Map<String, Portal> portals = new HashMap<>();

    boolean isEmpty() {
        return statements.isEmpty() && portals.isEmpty();
    }

    boolean isFull() {
        return statements.size() >= MAX_STATEMENTS || portals.size() >= MAX_PORTALS;
    }

    boolean hasNamed() {
        return statements.size() > (statements.containsKey("") ? 1 : 0);
    }

    void parsed(String name, Statement statement) {
        statements.put(key(name), statement);
    }

    /** The name now means a statement of no interest, or nothing. */
    void forgetStatement(String name) {
        statements.remove(key(name));
    }

    @Nullable
    Statement statement(String name) {
        return statements.get(key(name));
    }

    void bound(String portal, Portal to) {
        portals.put(key(portal), to);
    }

    void forgetPortal(String name) {
        portals.remove(key(name));
    }

    @Nullable
    Portal portal(String name) {
        return portals.get(key(name));
    }

    /** No portal outlives its transaction. */
    void transactionOver() {
        if (!portals.isEmpty()) {
            portals.clear();
        }
    }

    private static String key(String name) {
        return name.length() > NAME_BYTES ? name.substring(0, NAME_BYTES) : name;
    }
}
