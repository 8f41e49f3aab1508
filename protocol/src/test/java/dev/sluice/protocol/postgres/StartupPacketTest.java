package dev.sluice.protocol.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StartupPacketTest {

    private static ByteBuf packet(int code, String body) {
        ByteBuf out = Unpooled.buffer();
        out.writeInt(0).writeInt(code).writeCharSequence(body, StandardCharsets.UTF_8);
        return out.setInt(0, out.writerIndex());
    }

    @Test
    void parametersAreRead() {
        StartupPacket packet = StartupPacket.parse(packet(196610, "user\0me\0replication\0database\0\0"));
        assertThat(packet).isInstanceOfSatisfying(StartupPacket.Startup.class, startup -> {
            assertThat(startup.minor()).isEqualTo(2);
            assertThat(startup.database()).isEqualTo("me");
            assertThat(startup.isReplication()).isTrue();
        });
    }

    @Test
    void aPacketCutAnywhereIsAProtocolError() {
        ByteBuf whole = packet(196608, "user\0me\0database\0here\0\0");
        for (int length = 8; length < whole.readableBytes(); length++) {
            ByteBuf cut = whole.copy(0, length).setInt(0, length);
            if (length == whole.readableBytes() - 1) {
                assertThatThrownBy(() -> StartupPacket.parse(cut)).isInstanceOf(ProtocolException.class);
            }
            try {
                StartupPacket.parse(cut);
            } catch (ProtocolException expected) {
                assertThat(expected.sqlState()).isEqualTo("08P01");
            }
        }
    }

    @Test
    void randomBytesAreNeverWorseThanAProtocolError() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[8 + random.nextInt(60)];
            random.nextBytes(bytes);
            ByteBuf packet = Unpooled.wrappedBuffer(bytes).setInt(0, bytes.length);
            if (random.nextBoolean()) {
                packet.setInt(4, random.nextBoolean() ? 196608 : 80877102);
            }
            try {
                StartupPacket.parse(packet);
            } catch (ProtocolException expected) {
                assertThat(expected.reason()).as("seed %d", seed).isNotEmpty();
            }
        }
    }

    @Test
    void cancelKeysHaveUpTo256Bytes() {
        assertThat(StartupPacket.parse(packet(80877102, "1234" + "k".repeat(256))))
                .isInstanceOf(StartupPacket.Cancel.class);
        assertThatThrownBy(() -> StartupPacket.parse(packet(80877102, "1234" + "k".repeat(257))))
                .isInstanceOf(ProtocolException.class);
    }
}
