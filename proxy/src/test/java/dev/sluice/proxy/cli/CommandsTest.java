package dev.sluice.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.config.ConfigSchema;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandsTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void versionGoesToStdout() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("sluice 0.");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void anUnknownCommandIsWrongUsage() {
        assertThat(run("surf")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("surf");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void noCommandIsWrongUsage() {
        assertThat(run()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("Which command?");
    }

    @Test
    void everyCommandHasHelp() {
        assertThat(run("serve", "--help")).isZero();
        assertThat(run("config", "check", "--help")).isZero();
        assertThat(out.toString()).contains("--upstream", "--config");
    }

    @Test
    void anOptionThatAFileWouldMakeUselessIsRefusedAndNotPassedOver(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("sluice.yaml"),
                "upstreams: {db: {url: \"jdbc:postgresql://h/d\"}}\nlisteners: [{address: \"127.0.0.1:0\"}]\n");

        assertThat(run("serve", "--config", file.toString())).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run("serve", "--config", file.toString(), "--policies", "strict.yaml", "--operators", "dba"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--policies, --operators: only together with --upstream");
    }

    @Test
    void aBadConfigurationIsToldLineByLine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), "listners: []\n");

        assertThat(run("config", "check", file.toString())).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains(file + ":1: listners: unknown key; did you mean listeners?");
    }

    @Test
    void aGoodConfigurationIsFine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listeners: [{address: "127.0.0.1:6432"}]
                upstreams: {orders: {url: "jdbc:postgresql://u:hidden@h/orders"}}
                """);

        assertThat(run("config", "check", "--print", file.toString())).isZero();

        assertThat(out.toString()).contains("lock_timeout: 50ms").doesNotContain("hidden");
    }

    @Test
    void colourNeedsATerminalAndNoVeto() {
        assertThat(Terminal.colourOn(true, Map.of("TERM", "xterm"))).isTrue();
        assertThat(Terminal.colourOn(true, Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(Terminal.colourOn(false, Map.of())).isFalse();
    }

    private int run(String... args) {
        Commands commands = new Commands()
                .add(
                        "serve",
                        () -> new ServeCommand(c -> {
                            throw new CliException(ExitCode.UNREACHABLE, "no");
                        }))
                .add(
                        "config",
                        () -> new ConfigCommand(
                                policies -> {}, () -> new ConfigSchema(Map.of("drop-column", "a column"))));
        CommandLine line = commands.commandLine(args);
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
