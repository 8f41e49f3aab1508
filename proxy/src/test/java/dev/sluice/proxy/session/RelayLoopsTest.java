package dev.sluice.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.proxy.testing.Patience;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RelayLoopsTest {

    @ParameterizedTest
    @EnumSource
    void aLoopThatWaitsForNothingIsWokenByWhoeverHasSomethingToDo(Transport transport) {
        EventLoopGroup loops = loops(transport);
        try {
            for (int i = 0; i < 100; i++) {
                assertThat(CompletableFuture.supplyAsync(() -> "done", loops)
                                .orTimeout(Patience.LONG.toSeconds(), TimeUnit.SECONDS)
                                .join())
                        .isEqualTo("done");
            }
        } finally {
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsPlannedIsDoneInItsTurnAlsoWhenItWasPlannedWhileTheLoopWaited(Transport transport) {
        EventLoopGroup loops = loops(transport);
        try {
            AtomicInteger done = new AtomicInteger();
            loops.schedule(done::incrementAndGet, 60, TimeUnit.MILLISECONDS);
            loops.schedule(done::incrementAndGet, 20, TimeUnit.MILLISECONDS);
            await().until(() -> done.get() == 2);
            loops.schedule(done::incrementAndGet, 20, TimeUnit.MILLISECONDS);
            await().until(() -> done.get() == 3);
        } finally {
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static EventLoopGroup loops(Transport transport) {
        return (transport == Transport.EPOLL ? Transport.best() : transport).newEventLoops(1);
    }
}
