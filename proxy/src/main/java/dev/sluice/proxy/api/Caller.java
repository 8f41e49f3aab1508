package dev.sluice.proxy.api;

import io.helidon.webserver.http.ServerRequest;

/**
 * Who sends a request. The guard leaves it with the request.
 *
 * @param operator the name that the token stands for, or, where callers are not told apart, {@code http:} and their address
 * @param named whether it is a name
 * @param mayApprove whether an approval may be theirs: where operators are told apart, it must be one of them
 */
record Caller(String operator, boolean named, boolean mayApprove) {

    static Caller of(ServerRequest request) {
        return request.context().get(Caller.class).orElseThrow(() -> new IllegalStateException("nobody let it in"));
    }
}
