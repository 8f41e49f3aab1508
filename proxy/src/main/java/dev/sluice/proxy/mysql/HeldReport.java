package dev.sluice.proxy.mysql;

import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The audit trail hears of a held statement's outcome; then the client does. */
final class HeldReport implements ReportedAnswer {

    private static final Logger LOG = LoggerFactory.getLogger(HeldReport.class);

    private final HeldSession held;
    private final MySqlSession session;
    private final Ruling.Substitute ruling;
    private final End end;

    /** What is done with the answer's last packet, on the event loop. */
    interface End {

        /** Before anything is reported: the server has answered. */
        void answered();

        void pass(ByteBuf last);

        /** The outcome is another than the server said. */
        void instead(ServerError error, ByteBuf last);

        /** No answer comes. */
        void lost();
    }

    HeldReport(HeldSession held, MySqlSession session, Ruling.Substitute ruling, End end) {
        this.held = held;
        this.session = session;
        this.ruling = ruling;
        this.end = end;
    }

    @Override
    public void ended(Optional<ServerError> error, ByteBuf last) {
        end.answered();
        Thread.ofVirtual().start(() -> {
            Optional<ServerError> instead = report(error);
            session.later(() -> instead.ifPresentOrElse(e -> end.instead(e, last), () -> end.pass(last)));
        });
    }

    /** DDL commits by itself here: its transaction has ended with it. */
    private Optional<ServerError> report(Optional<ServerError> error) {
        try {
            session.relay().interceptor().answered(held, ruling, error);
            return error.isPresent()
                    ? Optional.empty()
                    : session.relay().interceptor().transactionEnded(held, List.of(ruling));
        } catch (RuntimeException e) {
            LOG.error("session {}: the outcome could not be reported", session.id(), e);
            return Optional.of(ServerError.of("HY000", 1105, "the gateway failed to record this", e.toString(), ""));
        }
    }

    @Override
    public void lost() {
        Thread.ofVirtual()
                .start(() ->
                        session.relay().interceptor().answered(held, ruling, Optional.of(MySqlErrors.CONNECTION_LOST)));
        end.lost();
    }
}
