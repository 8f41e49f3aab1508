package dev.sluice.protocol.postgres;

import java.util.Arrays;

/**
 * Which of a client's messages the server has yet to answer: one byte a message, in order. Follows the server's own
 * rules for errors (everything up to Sync is discarded) and for COPY (Sync and Flush are ignored while it reads data),
 * so that at any moment it is known whose answer comes next.
 *
 * <p>Entries are the message types; those that the gateway sent itself carry {@link #OWN}; {@link #BULK_EXECUTE} and
 * {@link #BULK_QUERY} are an Execute and a Query whose row count is wanted. Not thread-safe.
 */
public final class InFlight {
    /** Marks a message of the gateway's own, whose answer the client does not see. */
    public static final int OWN = 0x80;

    public static final byte BULK_EXECUTE = 'e';
    public static final byte BULK_QUERY = 'q';

    private static final byte[] NONE = {};
    private static final int INITIAL_ENTRIES = 16;

    private byte[] ring = NONE;
    private int head;
    private int size;
    private boolean unsynced;
    private boolean executed;
    private boolean discarding;
    private boolean copyIn;

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Whether extended-protocol messages were sent behind the last Sync. */
    public boolean isUnsynced() {
        return unsynced;
    }

    /** Whether a statement of the client's was executed behind the last Sync. */
    public boolean isExecuted() {
        return executed;
    }

    /** Whether the server discards what comes until a Sync that has not been sent yet. */
    public boolean isDiscarding() {
        return discarding;
    }

    /** Whether the server reads COPY data. */
    public boolean isCopyIn() {
        return copyIn;
    }

    /** The message that is answered next, with its marks; 0 for none. */
    public int head() {
        return size == 0 ? 0 : ring[head] & 0xFF;
    }

    public boolean isHeadOwn() {
        return (head() & OWN) != 0;
    }

    /** A message of the client's has been sent to the server. */
    public void sent(byte type) {
        switch (type) {
            case FrontendType.QUERY, FrontendType.FUNCTION_CALL, BULK_QUERY -> {
                if (!discarding && !copyIn) {
                    unsynced = false;
                    executed = false;
                    push(type);
                }
            }
            case FrontendType.SYNC -> sentSync();
            case FrontendType.PARSE,
                    FrontendType.BIND,
                    FrontendType.DESCRIBE,
                    FrontendType.EXECUTE,
                    FrontendType.CLOSE,
                    BULK_EXECUTE -> {
                if (!discarding) {
                    unsynced = true;
                    executed |= type == FrontendType.EXECUTE || type == BULK_EXECUTE;
                    push(type);
                }
            }
            case FrontendType.COPY_DONE, FrontendType.COPY_FAIL -> sentCopyEnd();
            default -> {
                // CopyData, Flush, Terminate and authentication are not answered one for one.
            }
        }
    }

    /** A message of the gateway's own has been sent. */
    public void sentOwn(byte type) {
        switch (type) {
            case FrontendType.QUERY, FrontendType.SYNC -> unsynced = false;
            default -> unsynced = true;
        }
        push((byte) (type | OWN));
    }

    private void sentSync() {
        if (!copyIn) {
            discarding = false;
            unsynced = false;
            executed = false;
            push(FrontendType.SYNC);
        }
    }

    private void sentCopyEnd() {
        if (copyIn) {
            copyIn = false;
        } else if (size > 0 && !discarding) {
            push(FrontendType.COPY_DONE);
        }
    }

    /** The server has sent a message of this type. */
    public void received(byte type) {
        switch (type) {
            case BackendType.DATA_ROW, BackendType.COPY_DATA -> {}
            case BackendType.PARSE_COMPLETE -> popIf(FrontendType.PARSE);
            case BackendType.BIND_COMPLETE -> popIf(FrontendType.BIND);
            case BackendType.CLOSE_COMPLETE -> popIf(FrontendType.CLOSE);
            case BackendType.ROW_DESCRIPTION, BackendType.NO_DATA -> popIf(FrontendType.DESCRIBE);
            case BackendType.COMMAND_COMPLETE, BackendType.EMPTY_QUERY_RESPONSE, BackendType.PORTAL_SUSPENDED -> {
                if (popIf(FrontendType.EXECUTE)) {
                    copyIn = false;
                }
            }
            case BackendType.READY_FOR_QUERY -> receivedReady();
            case BackendType.ERROR_RESPONSE -> receivedError();
            case BackendType.COPY_IN_RESPONSE -> receivedCopyIn();
            default -> {}
        }
    }

    private void receivedReady() {
        copyIn = false;
        while (size > 0) {
            int type = kind(pop());
            if (type == FrontendType.QUERY || type == FrontendType.SYNC || type == FrontendType.FUNCTION_CALL) {
                break;
            }
        }
        dropCopyEnds();
    }

    private void receivedError() {
        copyIn = false;
        dropCopyEnds();
        if (!isExtended(kind(head()))) {
            return;
        }
        while (size > 0 && kind(head()) != FrontendType.SYNC) {
            pop();
        }
        discarding = size == 0;
    }

    /** Syncs that were sent behind the COPY are ignored by the server, unless the data was sent along with it. */
    private void receivedCopyIn() {
        dropCopyEnds();
        copyIn = true;
        while (size > 1 && kind(ring[at(1)] & 0xFF) == FrontendType.SYNC) {
            removeSecond();
        }
        if (size > 1 && ring[at(1)] == FrontendType.COPY_DONE) {
            removeSecond();
            copyIn = false;
        }
    }

    private boolean popIf(byte type) {
        dropCopyEnds();
        if (size > 0 && kind(head()) == type) {
            pop();
            dropCopyEnds();
            return true;
        }
        return false;
    }

    /** What ends a COPY that is over already is ignored by the server. */
    private void dropCopyEnds() {
        while (size > 0 && ring[head] == FrontendType.COPY_DONE) {
            pop();
        }
    }

    private static boolean isExtended(int kind) {
        return switch (kind) {
            case FrontendType.PARSE,
                    FrontendType.BIND,
                    FrontendType.DESCRIBE,
                    FrontendType.EXECUTE,
                    FrontendType.CLOSE -> true;
            default -> false;
        };
    }

    private static int kind(int entry) {
        int type = entry & ~OWN;
        return switch (type) {
            case BULK_EXECUTE -> FrontendType.EXECUTE;
            case BULK_QUERY -> FrontendType.QUERY;
            default -> type;
        };
    }

    private int at(int offset) {
        return (head + offset) & (ring.length - 1);
    }

    private void push(byte type) {
        if (size == ring.length) {
            byte[] larger = new byte[Math.max(INITIAL_ENTRIES, size * 2)];
            for (int i = 0; i < size; i++) {
                larger[i] = ring[at(i)];
            }
            ring = larger;
            head = 0;
        }
        ring[at(size)] = type;
        size++;
    }

    private int pop() {
        int entry = ring[head] & 0xFF;
        head = at(1);
        size--;
        return entry;
    }

    private void removeSecond() {
        for (int i = 1; i < size - 1; i++) {
            ring[at(i)] = ring[at(i + 1)];
        }
        size--;
    }

    @Override
    public String toString() {
        byte[] entries = new byte[size];
        for (int i = 0; i < size; i++) {
            entries[i] = ring[at(i)];
        }
        return Arrays.toString(entries);
    }
}
