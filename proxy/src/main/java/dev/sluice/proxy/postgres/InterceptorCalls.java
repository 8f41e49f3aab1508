package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.FrontendMessage;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks and tells the interceptor, and never fails where it does. On virtual threads; blocks. */
final class InterceptorCalls {
    private static final Logger LOG = LoggerFactory.getLogger(InterceptorCalls.class);

    private final Interceptor interceptor;

    InterceptorCalls(Interceptor interceptor) {
        this.interceptor = interceptor;
    }

    /** @param describe whether only the columns of the answer are wanted */
    Ruling ruling(HeldClient client, String text, boolean describe) {
        try {
            return describe ? interceptor.describe(client, text) : interceptor.judge(client, text);
        } catch (RuntimeException e) {
            return new Ruling.Refuse(failure(client, e));
        }
    }

    /** Judges a call without SQL as the statement that would call the same. */
    Ruling ruling(HeldClient client, FrontendMessage.FunctionCall call) {
        try {
            Optional<String> statement = FunctionCalls.statement(client, call);
            if (statement.isEmpty()) {
                return new Ruling.Forward();
            }
            Ruling ruling = interceptor.judge(client, statement.get());
            if (ruling instanceof Ruling.Substitute substitute) {
                ServerError error = Refusals.functionCall();
                answered(client, substitute, Optional.of(error));
                return new Ruling.Refuse(error);
            }
            return ruling;
        } catch (ServerErrorException e) {
            return new Ruling.Refuse(e.error());
        } catch (RuntimeException e) {
            return new Ruling.Refuse(failure(client, e));
        }
    }

    private static ServerError failure(HeldClient client, RuntimeException e) {
        if (client.abandoned()) {
            return Refusals.cancelled();
        }
        LOG.error("A statement of session {} could not be judged", client.info().id(), e);
        return ServerError.of(
                "XX000", 0, "The gateway could not judge this statement", String.valueOf(e.getMessage()), "");
    }

    /** Does not block. */
    boolean watches(long session) {
        return interceptor.watchesTransaction(session);
    }

    void answered(HeldClient client, Ruling.Substitute ruling, Optional<ServerError> error) {
        try {
            interceptor.answered(client, ruling, error);
        } catch (RuntimeException e) {
            LOG.error(
                    "The outcome of a statement of session {} was not recorded",
                    client.info().id(),
                    e);
        }
    }

    void lost(HeldClient client, List<Ruling.Substitute> substitutes, boolean perhapsCommitted) {
        try {
            interceptor.lost(client, substitutes, perhapsCommitted);
        } catch (RuntimeException e) {
            LOG.error(
                    "The loss of session {} in a transaction was not recorded",
                    client.info().id(),
                    e);
        }
    }

    /** @return the error that the client gets in place of success */
    Optional<ServerError> transactionEnded(HeldClient client, List<Ruling.Substitute> substitutes) {
        try {
            return interceptor.transactionEnded(client, substitutes);
        } catch (RuntimeException e) {
            LOG.error(
                    "The end of a transaction of session {} was not seen through",
                    client.info().id(),
                    e);
            return Optional.empty();
        }
    }
}
