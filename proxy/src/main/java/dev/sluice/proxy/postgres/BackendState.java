package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendDecoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * What a session's server has told of itself on the way: whether it is up, where its transaction stands, its key, its
 * settings, and how long its requests take. Told on the event loop; {@link #status}, {@link #isStarted} and {@link
 * #cancelKey} may be asked on any thread.
 */
final class BackendState {
    private final Session session;
    private volatile byte status = 'I';
    private volatile boolean started;
    private volatile @Nullable CancelKey cancelKey;
    private long requestNanos;
    private boolean requestRunning;

    BackendState(Session session) {
        this.session = session;
    }

    // ---- what it is told -----------------------------------------------------------------------------------------

    /** A message of the client's goes to the server. */
    void sent(byte type) {
        if (!requestRunning && type != FrontendType.AUTHENTICATION) {
            requestRunning = true;
            requestNanos = System.nanoTime();
        }
    }

    /** The server is done with a request. */
    void ready(byte transactionStatus) {
        status = transactionStatus;
        session.inFlight.received(BackendType.READY_FOR_QUERY);
        session.transactionIs(transactionStatus);
        if (session.inFlight.isEmpty()) {
            answered();
        }
        session.pressure.answered();
    }

    private void answered() {
        long nowNanos = System.nanoTime();
        if (!started) {
            started = true;
            session.started();
        } else if (requestRunning && !session.bulk.isAtIt(nowNanos)) {
            session.relay.traffic().answered(requestNanos, nowNanos);
        }
        requestRunning = false;
        session.bulk.answered(requestNanos, nowNanos);
    }

    /** A message that is read on its way. */
    void observe(byte type, ByteBuf body) {
        Charset charset = session.settings.encoding().charset();
        switch (type) {
            case BackendType.PARAMETER_STATUS ->
                session.settings.reported(BackendDecoder.parameterStatus(body, charset));
            case BackendType.BACKEND_KEY_DATA -> {
                CancelKey key = BackendDecoder.backendKeyData(body);
                cancelKey = key;
                session.relay.sessions().keyed(session, key);
            }
            case BackendType.COMMAND_COMPLETE ->
                session.bulk.wrote(BackendDecoder.rowsOf(BackendDecoder.commandTag(body, charset)));
            default -> {}
        }
        session.inFlight.received(type);
    }

    /** The server has told it in answer to a statement of the gateway's. */
    void statusIs(byte now) {
        status = now;
    }

    // ---- what it knows -------------------------------------------------------------------------------------------

    /** Whether the tag of the command that is completed next is wanted. */
    boolean wantsRowCount() {
        int head = session.inFlight.head();
        return head == InFlight.BULK_QUERY || head == InFlight.BULK_EXECUTE;
    }

    /** Whether the first ReadyForQuery has come. */
    boolean isStarted() {
        return started;
    }

    @Nullable
    CancelKey cancelKey() {
        return cancelKey;
    }

    /** The last ReadyForQuery's. */
    byte status() {
        return status;
    }

    boolean isFailed() {
        return status == 'E';
    }

    /** Whether a transaction block is open. */
    boolean isInBlock() {
        return status != 'I';
    }

    boolean isRequestRunning() {
        return requestRunning;
    }
}
