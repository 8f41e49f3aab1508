package dev.sluice.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the pages say is there, is there: keys, signals, commands, options. */
class PagesTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern CALL =
            Pattern.compile("sluice (serve|demo|lint|explain|migrations|audit|init|config)\\b([^\\n`]*)");
    private static final Pattern OPTION = Pattern.compile("(?<=[ `])--[a-z][a-z-]*");

    @Test
    void everyKeyOfTheConfigurationIsOnItsPageAndNoOther() throws IOException {
        Set<String> keys = new TreeSet<>();
        collect("", schema(), keys);
        Set<String> written = keys(section("docs/configuration.md", "## Keys", "<a id="));

        assertThat(keys).allSatisfy(key -> assertThat(written).anyMatch(page -> isPartOf(key, page)));
        assertThat(written).allSatisfy(page -> assertThat(keys).anyMatch(key -> isPartOf(key, page)));
    }

    @Test
    void everySignalIsOnItsPageAndNoOther() throws IOException {
        JsonNode signals = schema().at("/properties/throttle/properties/signals/properties");

        assertThat(keys(section("docs/configuration.md", "| --- | --- | --- | --- | --- |", "```yaml")))
                .isEqualTo(new TreeSet<>(signals.propertyNames()));
    }

    @Test
    void everyOptionOfTheLinterIsOnItsPageAndNoOther() throws IOException {
        Set<String> options = options(command("lint"));
        options.removeAll(Set.of("--help", "--version"));

        assertThat(found(OPTION, section("docs/lint.md", "## Options", "Exit codes")))
                .isEqualTo(options);
    }

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                    Stream.of(ROOT.resolve("README.md")),
                    files.filter(file -> file.toString().endsWith(".md")).toList().stream());
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyOptionOfACommandIsThere(Path page) throws IOException {
        assertThat(CALL.matcher(Files.readString(page)).results())
                .allSatisfy(
                        call -> assertThat(options(command(call.group(1)))).containsAll(found(OPTION, call.group(2))));
    }

    // ---- what the pages say -----------------------------------------------------------------------------------------

    private static String section(String page, String from, String to) throws IOException {
        String text = Files.readString(ROOT.resolve(page));
        int begin = text.indexOf(from);
        return text.substring(begin, text.indexOf(to, begin));
    }

    /** The first column of a table; {@code `a.b`, `.c`} stands for a.b and a.c. */
    private static Set<String> keys(String section) {
        Set<String> keys = new TreeSet<>();
        for (String row : section.lines().filter(line -> line.startsWith("| `")).toList()) {
            String parent = "";
            for (MatchResult code :
                    CODE.matcher(row.substring(0, row.indexOf(" | "))).results().toList()) {
                String key = code.group(1).startsWith(".") ? parent + code.group(1) : code.group(1);
                keys.add(key);
                parent = key.substring(0, Math.max(0, key.lastIndexOf('.')));
            }
        }
        return keys;
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    // ---- what there is ----------------------------------------------------------------------------------------------

    private static JsonNode schema() {
        StringWriter out = new StringWriter();
        String[] arguments = {"config", "schema"};
        CommandLine line = Main.commands().commandLine(arguments).setOut(new PrintWriter(out, true));
        assertThat(line.execute(arguments)).isZero();
        return JsonMapper.shared().readTree(out.toString());
    }

    /** The paths of all values, as {@code listeners[].address} and {@code upstreams.NAME.url}. */
    private static void collect(String path, JsonNode schema, Set<String> paths) {
        String prefix = path.isEmpty() ? "" : path + ".";
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            paths.add(prefix + property.getKey());
            collect(prefix + property.getKey(), property.getValue(), paths);
        }
        schema.path("anyOf").forEach(either -> collect(path, either, paths));
        if (schema.path("items").has("properties")) {
            collect(path + "[]", schema.path("items"), paths);
        }
        if (schema.path("additionalProperties").isObject()) {
            paths.add(prefix + "NAME");
            collect(prefix + "NAME", schema.path("additionalProperties"), paths);
        }
    }

    /** Whether a page's entry covers a key: itself, what is within it, or, by NAME, one of many. */
    private static boolean isPartOf(String key, String page) {
        String pattern = Pattern.quote(page).replace("NAME", "\\E[^.]+\\Q");
        return key.matches(pattern + "([.\\[].*)?") || page.startsWith(key + ".") || page.startsWith(key + "[");
    }

    private static CommandLine command(String name) {
        return Objects.requireNonNull(
                Main.commands().commandLine(name).getSubcommands().get(name), name);
    }

    private static Set<String> options(CommandLine command) {
        Set<String> options =
                new TreeSet<>(command.getCommandSpec().optionsMap().keySet());
        command.getSubcommands().values().forEach(inner -> options.addAll(options(inner)));
        options.removeIf(option -> !option.startsWith("--"));
        return options;
    }
}
