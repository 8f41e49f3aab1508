package dev.sluice.proxy.app;

import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.metrics.GatewayMetrics;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.SessionInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Measures what another interceptor does. */
final class MeasuredInterceptor implements Interceptor {

    private final Interceptor inner;
    private final GatewayMetrics metrics;
    private final Consumer<SessionInfo> seen;

    /** @param seen hears of each session that is judged */
    MeasuredInterceptor(Interceptor inner, GatewayMetrics metrics, Consumer<SessionInfo> seen) {
        this.inner = inner;
        this.seen = seen;
        this.metrics = metrics;
    }

    @Override
    public Ruling judge(HeldSession session, String sql) {
        seen.accept(session.info());
        long begin = System.nanoTime();
        Ruling ruling = inner.judge(session, sql);
        metrics.judged(session.info().upstream(), word(ruling), Duration.ofNanos(System.nanoTime() - begin));
        return ruling;
    }

    @Override
    public Ruling describe(HeldSession session, String sql) {
        return inner.describe(session, sql);
    }

    @Override
    public boolean watchesTransaction(long session) {
        return inner.watchesTransaction(session);
    }

    @Override
    public void answered(HeldSession session, Ruling.Substitute ruling, Optional<ServerError> error) {
        metrics.answered(session.info().upstream(), error.isPresent());
        inner.answered(session, ruling, error);
    }

    @Override
    public Optional<ServerError> transactionEnded(HeldSession session, List<Ruling.Substitute> rulings) {
        long begin = System.nanoTime();
        Optional<ServerError> error = inner.transactionEnded(session, rulings);
        metrics.waited(session.info().upstream(), error.isPresent(), Duration.ofNanos(System.nanoTime() - begin));
        return error;
    }

    @Override
    public void lost(HeldSession session, List<Ruling.Substitute> rulings, boolean perhapsCommitted) {
        inner.lost(session, rulings, perhapsCommitted);
    }

    private static String word(Ruling ruling) {
        return switch (ruling) {
            case Ruling.Forward f -> "forward";
            case Ruling.Substitute s -> "substitute";
            case Ruling.Answer a -> "answer";
            case Ruling.Refuse r -> "refuse";
            case Ruling.Executed e -> "executed";
        };
    }
}
