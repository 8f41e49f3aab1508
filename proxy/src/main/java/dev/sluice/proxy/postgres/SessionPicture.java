package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.protocol.postgres.StartupPacket;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.SessionSnapshot;
import dev.sluice.proxy.session.TransactionStatus;
import java.net.InetSocketAddress;
import java.time.Duration;

/** What others see of a session. May be asked on any thread: the picture may be a moment old. */
final class SessionPicture {
    private final Session session;
    private final long id;
    private final StartupPacket.Startup startup;
    private final long sinceNanos = System.nanoTime();

    SessionPicture(Session session, long id, StartupPacket.Startup startup) {
        this.session = session;
        this.id = id;
        this.startup = startup;
    }

    long id() {
        return id;
    }

    StartupPacket.Startup startup() {
        return startup;
    }

    TransactionStatus transaction() {
        return switch (session.backend.status()) {
            case 'T' -> TransactionStatus.IN_TRANSACTION;
            case 'E' -> session.inFlight.isUnsynced() ? TransactionStatus.IN_TRANSACTION : TransactionStatus.FAILED;
            default -> session.inFlight.isUnsynced() ? TransactionStatus.IN_TRANSACTION : TransactionStatus.IDLE;
        };
    }

    SessionInfo info() {
        InetSocketAddress address = session.client.remoteAddress();
        CancelKey key = session.backend.cancelKey();
        return new SessionInfo(
                id,
                session.relay.config().upstream(),
                session.relay.config().environment(),
                startup.database(),
                startup.user(),
                session.settings.application(),
                address == null ? "" : address.getAddress().getHostAddress() + ":" + address.getPort(),
                key == null ? 0 : key.processId(),
                session.settings.rules());
    }

    SessionSnapshot snapshot() {
        String state = !session.backend.isStarted()
                ? "connecting"
                : session.isHolding()
                        ? "held"
                        : session.bulk.isHoldingBack()
                                ? "delayed"
                                : session.backend.isRequestRunning() ? "active" : "idle";
        return new SessionSnapshot(info(), transaction(), state, Duration.ofNanos(System.nanoTime() - sinceNanos));
    }
}
