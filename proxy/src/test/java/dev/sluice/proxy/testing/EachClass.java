package dev.sluice.proxy.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Found by JUnit itself: whatever tests await, they wait {@link Patience#LONG} for it, and see it soon; and what a class
 * leaves on the servers is removed behind it.
 */
public final class EachClass implements BeforeAllCallback, AfterAllCallback {

    private static final Duration LOOK = Duration.ofMillis(20);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(Patience.LONG);
        Awaitility.setDefaultPollInterval(LOOK);
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        TestServer.dropAll();
    }
}
