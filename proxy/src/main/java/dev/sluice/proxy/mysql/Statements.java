package dev.sluice.proxy.mysql;

import dev.sluice.proxy.session.BulkWrite;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The prepared statements of a session that are judged when they are executed, by their numbers, those that are paced, and
 * those that the gateway answers itself. All others are not kept.
 */
final class Statements {

    /** MariaDB: the statement that was prepared last. */
    static final int LAST_PREPARED = -1;

    private static final int FIRST_OWN = 0x7F00_0000;
    private static final int LIMIT = 16_384;

    private final Map<Integer, byte[]> judged = new HashMap<>();
    private final Map<Integer, byte[]> own = new HashMap<>();
    private final Map<Integer, BulkWrite> paced = new HashMap<>();
    private BulkWrite lastWrite = BulkWrite.ORDINARY;
    private int nextOwn = FIRST_OWN;
    private int preparing;
    private byte[] last = {};
    private boolean lastIsOwn;

    /** Whether no statement needs to be looked at by its number. */
    boolean isEmpty() {
        return judged.isEmpty() && own.isEmpty() && paced.isEmpty() && preparing == 0 && last.length == 0;
    }

    /** A statement is about to be prepared that is not judged. */
    void preparingOther() {
        last = new byte[0];
        lastWrite = BulkWrite.ORDINARY;
    }

    /** A statement is about to be prepared that is paced. */
    void preparingPaced(BulkWrite write) {
        preparing++;
        last = new byte[0];
        lastWrite = write;
    }

    void preparing(byte[] text) {
        if (judged.size() + preparing >= LIMIT) {
            throw new dev.sluice.protocol.mysql.MalformedPacketException("too many prepared schema changes");
        }
        preparing++;
        last = text;
        lastIsOwn = false;
        lastWrite = BulkWrite.ORDINARY;
    }

    void prepared(int id, byte[] text, BulkWrite write) {
        preparing--;
        if (!write.paced()) {
            judged.put(id, text);
        } else if (paced.size() < LIMIT) {
            paced.put(id, write);
        }
    }

    /** What a prepared statement is that is executed. */
    BulkWrite write(int id) {
        return id == LAST_PREPARED ? lastWrite : paced.getOrDefault(id, BulkWrite.ORDINARY);
    }

    void notPrepared() {
        preparing--;
    }

    /** Whether a number may yet come to stand for a statement that is judged. */
    boolean uncertain() {
        return preparing > 0;
    }

    int prepareOwn(byte[] text) {
        if (own.size() >= LIMIT) {
            own.clear();
        }
        int id = nextOwn++;
        own.put(id, text);
        last = text;
        lastIsOwn = true;
        lastWrite = BulkWrite.ORDINARY;
        return id;
    }

    boolean isOwn(int id) {
        return id == LAST_PREPARED ? lastIsOwn && last.length > 0 : own.containsKey(id);
    }

    /** The text of a statement that is judged at its execution. */
    Optional<byte[]> text(int id) {
        if (id == LAST_PREPARED) {
            return last.length == 0 ? Optional.empty() : Optional.of(Arrays.copyOf(last, last.length));
        }
        byte[] text = own.containsKey(id) ? own.get(id) : judged.get(id);
        return Optional.ofNullable(text);
    }

    void close(int id) {
        judged.remove(id);
        own.remove(id);
        paced.remove(id);
    }

    /** The session begins anew. */
    void clear() {
        judged.clear();
        own.clear();
        paced.clear();
        last = new byte[0];
        lastWrite = BulkWrite.ORDINARY;
    }
}
