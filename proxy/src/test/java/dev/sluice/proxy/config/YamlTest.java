package dev.sluice.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class YamlTest {

    @Test
    void nothingIsAnEmptyMapping() throws ConfigException {
        assertThat(Yaml.read("f", "")).isInstanceOf(ConfigNode.Mapping.class);
        assertThat(Yaml.read("f", "# only a comment\n")).isInstanceOf(ConfigNode.Mapping.class);
    }

    @Test
    void linesAreKept() throws ConfigException {
        ConfigNode.Mapping root = (ConfigNode.Mapping) Yaml.read("f", "a: 1\n\nb:\n  - x\n  - y\n");

        ConfigNode.Entry b = List.copyOf(root.entries().values()).get(1);
        assertThat(b.line()).isEqualTo(3);
        ConfigNode.Sequence list = (ConfigNode.Sequence) b.value();
        assertThat(list.items()).extracting(ConfigNode::line).containsExactly(4, 5);
    }

    @Test
    void aKeyThatStandsTwiceIsRefused() {
        assertThatThrownBy(() -> Yaml.read("f", "a: 1\na: 2\n")).hasMessageStartingWith("f:2: ");
    }

    @Test
    void aliasesAreRefused() {
        assertThatThrownBy(() -> Yaml.read("f", "a: &x 1\nb: *x\n")).hasMessageContaining("f:2: YAML aliases");
    }

    @Test
    void depthAndSizeHaveLimits() {
        assertThatThrownBy(() -> Yaml.read("f", "[".repeat(200))).isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> Yaml.read("f", "#" + "x".repeat(Yaml.MAX_CHARS)))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void brokenYamlNamesItsLine() {
        assertThatThrownBy(() -> Yaml.read("f", "a: 1\nb: [1, 2\nc: 3\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageMatching("(?s)f:[23]: not valid YAML: .*");
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertThatThrownBy(() -> Yaml.read("f", "a: 1\n---\nb: 2\n")).hasMessageContaining("one YAML document");
    }
}
