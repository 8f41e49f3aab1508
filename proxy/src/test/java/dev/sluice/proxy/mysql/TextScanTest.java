package dev.sluice.proxy.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.sql.ServerVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts too long to be gathered: where a comment or a string ends is where the server ends it. */
class TextScanTest {

    private static final String ROWS = "INSERT INTO t VALUES ('" + "x".repeat(8000) + "')";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "; ALTER TABLE t ADD c INT",
                " -- '\n; ALTER TABLE t ADD c INT; -- '",
                " --- '\n; ALTER TABLE t ADD c INT; -- '",
                " ---- '\n; ALTER TABLE t ADD c INT; -- '",
                " --\t'\n; ALTER TABLE t ADD c INT; -- '",
                " --\u007f'\n; ALTER TABLE t ADD c INT; -- '",
                " --\u00a0'\n; ALTER TABLE t ADD c INT; -- '",
                " # '\n; ALTER TABLE t ADD c INT; # '",
                " //* '*/; ALTER TABLE t ADD c INT; -- '",
            })
    void whatStandsBehindACommentIsSeen(String behind) {
        assertThat(isSuspicious(ROWS + behind)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "; SELECT 1--1",
                "; SELECT '--\u007f; ALTER TABLE t ADD c INT'",
                " -- ; ALTER TABLE t ADD c INT",
                " --- ; ALTER TABLE t ADD c INT",
            })
    void rowsPass(String behind) {
        assertThat(isSuspicious(ROWS + behind)).isFalse();
    }

    private static boolean isSuspicious(String sql) {
        Readings readings = new Readings(StatementScreen.standard(), ServerVersion.mysql(8, 4, 3));
        TextScan scan = readings.scan(SessionModes.plain(readings.plain()));
        ByteBuf text = Unpooled.wrappedBuffer(sql.getBytes(StandardCharsets.ISO_8859_1));
        scan.take(text, 0, text.writerIndex());
        scan.end();
        return scan.suspicious();
    }
}
