package dev.sluice.proxy.mysql;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The prepared statements of a session that are judged when they are executed, by their numbers, and those that the
 * gateway answers itself. All others are not kept.
 */
final class Statements {

    /** MariaDB: the statement that was prepared last. */
    static final int LAST_PREPARED = -1;

    private static final int FIRST_OWN = 0x7F00_0000;
    private static final int LIMIT = 16_384;

    private final Map<Integer, byte[]> judged = new HashMap<>();
    private final Map<Integer, byte[]> own = new HashMap<>();
    private int nextOwn = FIRST_OWN;
    private int preparing;
    private byte[] last = {};
    private boolean lastIsOwn;

    /** Whether no statement needs to be looked at by its number. */
    boolean isEmpty() {
        return judged.isEmpty() && own.isEmpty() && preparing == 0 && last.length == 0;
    }

    /** A statement is about to be prepared that is not judged. */
    void preparingOther() {
        last = new byte[0];
    }

    void preparing(byte[] text) {
        if (judged.size() + preparing >= LIMIT) {
            throw new dev.sluice.protocol.mysql.MalformedPacketException("too many prepared schema changes");
        }
        preparing++;
        last = text;
        lastIsOwn = false;
    }

    void prepared(int id, byte[] text) {
        preparing--;
        judged.put(id, text);
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
    }

    /** The session begins anew. */
    void clear() {
        judged.clear();
        own.clear();
        last = new byte[0];
    }
}
