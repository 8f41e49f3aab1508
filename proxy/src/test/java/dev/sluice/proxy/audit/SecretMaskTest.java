package dev.sluice.proxy.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretMaskTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE ROLE app LOGIN PASSWORD 's3cret'",
                "alter role app with encrypted password\n's3cret' valid until 'infinity'",
                "ALTER USER app PASSWORD /* x */ E's3cret'",
                "ALTER USER app PASSWORD $$s3cret$$",
                "ALTER USER app PASSWORD $pw$s3cret$pw$ LOGIN",
                "ALTER USER app PASSWORD 'it''s s3cret'",
                "ALTER USER app PASSWORD E'it\\'s s3cret'",
                "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'u', password 's3cret')",
                "CREATE SUBSCRIPTION s CONNECTION 'host=h password=s3cret' PUBLICATION p",
                "CREATE USER 'a'@'%' IDENTIFIED BY 's3cret'",
                "CREATE USER a IDENTIFIED BY \"s3cret\"",
                "ALTER USER a IDENTIFIED WITH caching_sha2_password BY 's3cret' REPLACE 's3cret'",
                "SET PASSWORD FOR 'a'@'%' = 's3cret'",
                "SET PASSWORD = PASSWORD('s3cret')",
                "SET PASSWORD TO 's3cret'",
                "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD='s3cret'",
                "DO $$ BEGIN EXECUTE 'ALTER ROLE app PASSWORD ''s3cret'''; END $$",
                "SELECT dblink_connect('host=h password=s3cret user=u')",
                "CREATE SERVER s OPTIONS (url 'postgres://u:s3cret@h/db')",
                "COPY t FROM 's3://b' CREDENTIALS 's3cret'",
            })
    void aSecretIsNotWrittenDown(String sql) {
        assertThat(SecretMask.mask(sql)).doesNotContain("s3cret").contains("***");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE users ADD COLUMN password text NOT NULL DEFAULT ''",
                "ALTER TABLE t ADD COLUMN c text DEFAULT 'x' -- PASSWORD",
                "CREATE INDEX i ON t (a) WHERE b = 'x'",
                "CREATE ROLE app PASSWORD NULL",
            })
    void whatIsNoSecretStays(String sql) {
        assertThat(SecretMask.mask(sql)).isEqualTo(sql);
    }

    @Test
    void whatComesBehindTheSecretStays() {
        assertThat(SecretMask.mask("CREATE ROLE app PASSWORD 'it''s' VALID UNTIL 'infinity'"))
                .isEqualTo("CREATE ROLE app PASSWORD '***' VALID UNTIL 'infinity'");
    }
}
