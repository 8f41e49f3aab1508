package dev.sluice.proxy.mysql;

import dev.sluice.proxy.session.BulkWrite;
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

    private final Map<Integer, Prepared> judged = new HashMap<>();
    private final Map<Integer, Prepared> own = new HashMap<>();
    private final Map<Integer, BulkWrite> paced = new HashMap<>();
    private BulkWrite lastWrite = BulkWrite.ORDINARY;
    private int nextOwn = FIRST_OWN;
    private int preparing;
    private Optional<Prepared> last = Optional.empty();
    private boolean lastIsOwn;

    /** Whether no statement needs to be looked at by its number. */
    boolean isEmpty() {
        return judged.isEmpty() && own.isEmpty() && paced.isEmpty() && preparing == 0 && last.isEmpty();
    }

    /** A statement is about to be prepared that is not judged. */
    void preparingOther() {
        last = Optional.empty();
        lastWrite = BulkWrite.ORDINARY;
    }

    /** A statement is about to be prepared that is paced. */
    void preparingPaced(BulkWrite write) {
        preparing++;
        last = Optional.empty();
        lastWrite = write;
    }

    void preparing(Prepared statement) {
        if (judged.size() + preparing >= LIMIT) {
            throw new dev.sluice.protocol.mysql.MalformedPacketException("too many prepared schema changes");
        }
        preparing++;
        last = Optional.of(statement);
        lastIsOwn = false;
        lastWrite = BulkWrite.ORDINARY;
    }

    void prepared(int id, Optional<Prepared> statement, BulkWrite write) {
        preparing--;
        if (statement.isPresent()) {
            judged.put(id, statement.get());
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

    int prepareOwn(Prepared statement) {
        if (own.size() >= LIMIT) {
            own.clear();
        }
        int id = nextOwn++;
        own.put(id, statement);
        last = Optional.of(statement);
        lastIsOwn = true;
        lastWrite = BulkWrite.ORDINARY;
        return id;
    }

    boolean isOwn(int id) {
        return id == LAST_PREPARED ? lastIsOwn && last.isPresent() : own.containsKey(id);
    }

    /** A statement that is judged at its execution. */
    Optional<Prepared> find(int id) {
        if (id == LAST_PREPARED) {
            return last;
        }
        return Optional.ofNullable(own.containsKey(id) ? own.get(id) : judged.get(id));
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
        last = Optional.empty();
        lastWrite = BulkWrite.ORDINARY;
    }
}
