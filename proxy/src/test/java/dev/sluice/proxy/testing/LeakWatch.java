package dev.sluice.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Watches each buffer of a test class, and fails the class where one was forgotten. */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {
    private static final int LOOKS = 5;

    private final List<String> leaks = new CopyOnWriteArrayList<>();
    private ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();

    @Override
    public void beforeAll(ExtensionContext context) {
        before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + " " + records));
    }

    /** What was forgotten is known once it has been collected, and is told with the next buffer that is made. */
    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        for (int i = 0; i < LOOKS; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        ByteBufUtil.setLeakListener(null);
        ResourceLeakDetector.setLevel(before);
        assertThat(leaks).isEmpty();
    }
}
