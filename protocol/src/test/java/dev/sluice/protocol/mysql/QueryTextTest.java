package dev.sluice.protocol.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server runs the text that it finds behind the attributes: the gateway must find the same one. */
class QueryTextTest {

    private static final String SQL = "SELECT 1";

    @ParameterizedTest
    @CsvSource({
        "1, 1", "2, 2", "3, 4", "4, 4", "5, 8", "8, 8", // numbers
        "7, 5", "10, 5", "11, 9", "12, 12", // moments, behind a byte of length
        "0, 6", "15, 6", "246, 6", "252, 6", "253, 6", "254, 6", // strings
        "6, 6", "9, 6", "13, 6", // what no client sends, strings to the server too
    })
    void aValueOfEveryTypeIsLeftOut(int type, int bytes) {
        boolean fixed = type >= 1 && type <= 8 && type != 6 && type != 7;
        ByteBuf value = Unpooled.buffer();
        if (!fixed) {
            value.writeByte(bytes - 1);
        }
        value.writeZero(fixed ? bytes : bytes - 1);

        assertThat(text(query(1, type, value))).isEqualTo(SQL);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xF3, 0xF4})
    void aTypeThatNoServerMeasuresIsMalformed(int type) {
        assertThatThrownBy(() -> text(query(1, type, Unpooled.buffer().writeZero(4))))
                .isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void severalSetsOfAttributesAreMalformed() {
        assertThatThrownBy(() -> text(query(2, 1, Unpooled.buffer().writeZero(1))))
                .isInstanceOf(MalformedPacketException.class);
    }

    private static ByteBuf query(int sets, int type, ByteBuf value) {
        ByteBuf packet = Unpooled.buffer();
        packet.writeByte(Command.QUERY)
                .writeByte(1)
                .writeByte(sets)
                .writeByte(0)
                .writeByte(1);
        packet.writeShortLE(type).writeByte(1).writeByte('n');
        return packet.writeBytes(value).writeBytes(SQL.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(ByteBuf packet) {
        int start = QueryText.start(packet, Capabilities.QUERY_ATTRIBUTES);
        return packet.toString(start, packet.writerIndex() - start, StandardCharsets.US_ASCII);
    }
}
