package dev.sluice.proxy.intercept.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.intercept.command.GatewayCommand.Topic;
import dev.sluice.proxy.migration.Migrations.Command;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandParserTest {

    @ParameterizedTest
    @EnumSource(
            value = Topic.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"MIGRATION"})
    void everyTopicCanBeShown(Topic topic) throws CommandSyntaxException {
        assertThat(parse("show Sluice " + topic))
                .isEqualTo(new GatewayCommand.Show(topic, false, OptionalLong.empty()));
        assertThat(parse("SHOW SLUICE /* x */ full " + topic + ";"))
                .isEqualTo(new GatewayCommand.Show(topic, true, OptionalLong.empty()));
    }

    @Test
    void aMigrationIsShownByItsNumber() throws CommandSyntaxException {
        assertThat(parse("SHOW SLUICE MIGRATION 42"))
                .isEqualTo(new GatewayCommand.Show(Topic.MIGRATION, false, OptionalLong.of(42)));
    }

    @Test
    void everyActionIsUnderstood() throws CommandSyntaxException {
        assertThat(action("PAUSE")).isEqualTo(new Command.Pause());
        assertThat(action("resume")).isEqualTo(new Command.Resume());
        assertThat(action("Cancel")).isEqualTo(new Command.Cancel());
        assertThat(action("RETRY")).isEqualTo(new Command.Retry());
        assertThat(action("APPROVE")).isEqualTo(new Command.Approve(""));
        assertThat(action("APPROVE 'OPS-12, it''s fine'")).isEqualTo(new Command.Approve("OPS-12, it's fine"));
        assertThat(action("THROTTLE OFF")).isEqualTo(new Command.Throttle(0));
    }

    @ParameterizedTest
    @CsvSource({"'500 rows/s',500", "'500',500", "'2k rows/s',2000", "'10000 rows/second',10000", "'7 row / sec',7"})
    void aRateIsUnderstood(String rate, long rows) throws CommandSyntaxException {
        assertThat(action("THROTTLE '" + rate + "'")).isEqualTo(new Command.Throttle(rows));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SHOW SLUICE",
                "SHOW SLUICE TABLES",
                "SHOW SLUICE MIGRATION",
                "SHOW SLUICE MIGRATION x",
                "SHOW SLUICE HELP HELP",
                "ALTER SLUICE",
                "ALTER SLUICE MIGRATION PAUSE",
                "ALTER SLUICE MIGRATION 1",
                "ALTER SLUICE MIGRATION 1 EXPLODE",
                "ALTER SLUICE MIGRATION 1 THROTTLE",
                "ALTER SLUICE MIGRATION 1 THROTTLE 'fast'",
                "ALTER SLUICE MIGRATION 99999999999999999999 PAUSE",
                "ALTER SLUICE MIGRATION 1 PAUSE now",
            })
    void aWrongCommandIsASyntaxErrorThatSaysWhatWouldBeRight(String sql) {
        assertThatThrownBy(() -> parse(sql)).isInstanceOfSatisfying(CommandSyntaxException.class, e -> {
            assertThat(e.error().sqlState()).isEqualTo("42601");
            assertThat(e.error().hint())
                    .hasValueSatisfying(hint -> assertThat(hint).contains("SHOW SLUICE HELP"));
            assertThat(e.error().detail()).isPresent();
            assertThat(e.error().position()).isPositive();
        });
    }

    @Test
    void thePositionIsThatOfTheWrongWord() {
        assertThatThrownBy(() -> parse("ALTER SLUICE MIGRATION 1 EXPLODE"))
                .isInstanceOfSatisfying(
                        CommandSyntaxException.class,
                        e -> assertThat(e.error().position()).isEqualTo(26));
    }

    private static Command action(String action) throws CommandSyntaxException {
        return ((GatewayCommand.Alter) parse("ALTER SLUICE MIGRATION 42 " + action)).command();
    }

    private static GatewayCommand parse(String sql) throws CommandSyntaxException {
        return CommandParser.parse(sql, 0, sql.length(), LexicalRules.defaults(ServerVersion.postgres(18)));
    }
}
