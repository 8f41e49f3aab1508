package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.protocol.postgres.BackendDecoder;
import org.junit.jupiter.api.Test;

class SessionSettingsTest {

    @Test
    void versionsAreReadHoweverTheyAreDecorated() {
        assertThat(SessionSettings.version("18.6 (Debian 18.6-1.pgdg12+1)"))
                .isEqualTo(new ServerVersion(Dialect.POSTGRES, 18, 6, 0));
        assertThat(SessionSettings.version("19beta1")).isEqualTo(ServerVersion.postgres(19));
        assertThat(SessionSettings.version("9.6.24")).isEqualTo(new ServerVersion(Dialect.POSTGRES, 9, 6, 0));
        assertThat(SessionSettings.version("")).isEqualTo(ServerVersion.postgres(0));
    }

    @Test
    void encodingsAreKnownByTheirDangers() {
        SessionSettings settings = new SessionSettings();
        settings.reported(new BackendDecoder.Parameter("client_encoding", "SJIS"));
        assertThat(settings.encoding().asciiSafe()).isFalse();
        settings.reported(new BackendDecoder.Parameter("client_encoding", "LATIN9"));
        assertThat(settings.encoding().charset().name()).isEqualTo("ISO-8859-15");
        assertThat(settings.encoding().asciiSafe()).isTrue();
        settings.reported(new BackendDecoder.Parameter("standard_conforming_strings", "off"));
        assertThat(settings.rules().standardConformingStrings()).isFalse();
    }
}
