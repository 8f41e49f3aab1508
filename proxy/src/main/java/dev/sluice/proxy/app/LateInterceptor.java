package dev.sluice.proxy.app;

import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Stands for an interceptor that is still being made: clients are let in at once, and the few statements that must be
 * judged wait for it. Where it cannot be made, schema changes are refused and everything else goes on.
 */
final class LateInterceptor implements Interceptor {

    private final CompletableFuture<Interceptor> made;

    LateInterceptor(CompletableFuture<Interceptor> made) {
        this.made = made;
    }

    @Override
    public Ruling judge(HeldSession session, String sql) {
        return ruling(interceptor -> interceptor.judge(session, sql));
    }

    @Override
    public Ruling describe(HeldSession session, String sql) {
        return ruling(interceptor -> interceptor.describe(session, sql));
    }

    private Ruling ruling(Function<Interceptor, Ruling> question) {
        try {
            return question.apply(made.join());
        } catch (CompletionException e) {
            return new Ruling.Refuse(ServerError.of(
                    "58000",
                    1105,
                    "the gateway cannot judge schema changes: its control plane did not start",
                    String.valueOf(e.getCause()),
                    "The gateway's log says more. Statements that change no schema go through."));
        }
    }

    @Override
    public boolean watchesTransaction(long session) {
        // A transaction that contains a schema change was judged by the one that is made.
        return made.isDone() && !made.isCompletedExceptionally() && made.join().watchesTransaction(session);
    }

    @Override
    public void answered(HeldSession session, Ruling.Substitute ruling, Optional<ServerError> error) {
        made.join().answered(session, ruling, error);
    }

    @Override
    public Optional<ServerError> transactionEnded(HeldSession session, List<Ruling.Substitute> rulings) {
        return made.join().transactionEnded(session, rulings);
    }

    @Override
    public void lost(HeldSession session, List<Ruling.Substitute> rulings, boolean perhapsCommitted) {
        made.join().lost(session, rulings, perhapsCommitted);
    }
}
