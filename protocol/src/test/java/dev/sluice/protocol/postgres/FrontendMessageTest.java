package dev.sluice.protocol.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class FrontendMessageTest {
    private static final List<BiConsumer<ByteBuf, Integer>> DECODERS = List.of(
            (in, end) -> FrontendMessage.queryTextEnd(in, 0, end),
            (in, end) -> FrontendMessage.parse(in, 0, end),
            (in, end) -> FrontendMessage.bind(in, 0, end),
            (in, end) -> FrontendMessage.execute(in, 0, end),
            (in, end) -> FrontendMessage.describe(in, 0, end),
            (in, end) -> FrontendMessage.close(in, 0, end));

    private static List<ByteBuf> messages() {
        ByteBuf query = Unpooled.buffer();
        FrontendEncoder.query(query, "SELECT 1".getBytes(StandardCharsets.UTF_8));
        ByteBuf parse = Unpooled.buffer();
        FrontendEncoder.parse(parse, "s", "SELECT 1".getBytes(StandardCharsets.UTF_8));
        ByteBuf bind = Unpooled.buffer();
        FrontendEncoder.bind(bind, "p", "s");
        ByteBuf execute = Unpooled.buffer();
        FrontendEncoder.execute(execute, "p", 7);
        ByteBuf describe = Unpooled.buffer();
        FrontendEncoder.describe(describe, 'S', "s");
        ByteBuf close = Unpooled.buffer();
        FrontendEncoder.close(close, 'P', "p");
        return List.of(query, parse, bind, execute, describe, close);
    }

    @Test
    void whatIsWrittenIsRead() {
        List<ByteBuf> all = messages();
        assertThat(FrontendMessage.parse(all.get(1), 0, all.get(1).writerIndex())
                        .statement())
                .isEqualTo("s");
        FrontendMessage.Bind bind =
                FrontendMessage.bind(all.get(2), 0, all.get(2).writerIndex());
        assertThat(bind.portal() + bind.statement()).isEqualTo("ps");
        assertThat(FrontendMessage.execute(all.get(3), 0, all.get(3).writerIndex()))
                .isEqualTo(new FrontendMessage.Execute("p", 7));
        assertThat(FrontendMessage.describe(all.get(4), 0, all.get(4).writerIndex())
                        .name())
                .isEqualTo("s");
    }

    @Test
    void everyMessageCutAnywhereIsAProtocolError() {
        List<ByteBuf> all = messages();
        for (int i = 0; i < all.size(); i++) {
            ByteBuf whole = all.get(i);
            BiConsumer<ByteBuf, Integer> decoder = DECODERS.get(i);
            for (int end = 5; end < whole.writerIndex(); end++) {
                int cut = end;
                assertThatThrownBy(() -> decoder.accept(whole.copy(0, cut), cut))
                        .as("message %d cut at %d", i, cut)
                        .isInstanceOf(ProtocolException.class);
            }
        }
    }

    @Test
    void randomBytesAreNeverWorseThanAProtocolError() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[5 + random.nextInt(40)];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(3) == 0 ? 0 : bytes[i];
            }
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            try {
                DECODERS.get(random.nextInt(DECODERS.size())).accept(in, bytes.length);
            } catch (ProtocolException expected) {
                assertThat(expected.sqlState()).as("seed %d", seed).isEqualTo("08P01");
            }
        }
    }
}
