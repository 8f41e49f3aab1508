package dev.sluice.proxy.testing;

import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** An interceptor that lets everything through; tests override what they are about. */
public class Forwarding implements Interceptor {

    /** One that rules as it is told. */
    public static Interceptor unless(BiFunction<HeldSession, String, Ruling> judge) {
        return new Forwarding() {
            @Override
            public Ruling judge(HeldSession session, String sql) {
                return judge.apply(session, sql);
            }
        };
    }

    @Override
    public Ruling judge(HeldSession session, String sql) {
        return new Ruling.Forward();
    }

    @Override
    public Ruling describe(HeldSession session, String sql) {
        return judge(session, sql);
    }

    @Override
    public boolean watchesTransaction(long session) {
        return false;
    }

    @Override
    public void answered(HeldSession session, Ruling.Substitute ruling, Optional<ServerError> error) {}

    @Override
    public Optional<ServerError> transactionEnded(HeldSession session, List<Ruling.Substitute> rulings) {
        return Optional.empty();
    }

    @Override
    public void lost(HeldSession session, List<Ruling.Substitute> rulings, boolean perhapsCommitted) {}
}
