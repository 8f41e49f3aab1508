package dev.sluice.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What editors are told is what the readers take. */
class ConfigSchemaTest {

    private static final ConfigSchema SCHEMA =
            new ConfigSchema(Map.of("drop-column", "a column", "drop-table", "a table"));
    private static final String LEAST = """
            listeners: [{address: "127.0.0.1:6432"}]
            upstreams: {orders: {url: "jdbc:postgresql://db/orders"}}
            """;

    @Test
    void whatTheReaderTakesIsValid() throws Exception {
        assertThat(problems(SCHEMA.configuration(), ConfigurationReaderTest.FULL))
                .isEmpty();
        assertThat(problems(SCHEMA.configuration(), LEAST + "policies: policy.yaml\nlock_timeout: ${LOCK}\n"))
                .isEmpty();
        assertThat(problems(SCHEMA.policy(), PolicyReaderTest.FULL)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lock_timout: 50ms",
                "lock_timeout: soon",
                "completion: later",
                "throttle: {max_active_sessions: -1}",
                "throttle: {max_active_session: 1}",
                "operators: {dba: true}",
                "max_statement_bytes: 4 pages",
                "http: {enabled: perhaps}",
                "policies: {rules: {drop-colum: block}}",
                "policies: {rules: {drop-column: forbid}}",
                "policies: {scopes: [{when: {tables: t}, rules: {drop-column: allow}}]}",
                "policies: {scopes: [{when: {during: [{dayz: sat}]}}]}",
            })
    void whatTheReaderRefusesIsNot(String line) throws Exception {
        assertThat(problems(SCHEMA.configuration(), LEAST + line)).isNotEmpty();
    }

    private static List<Error> problems(String schema, String yaml) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                .getSchema(schema, InputFormat.JSON)
                .validate(yaml, InputFormat.YAML);
    }
}
