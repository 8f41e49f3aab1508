package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SmugglingTest {
    /** Passed by the server's answer or by a fact that only a session knows, not by their text. */
    private static final Set<String> JUDGED_AND_PASSED = Set.of("pg-04", "pg-51", "mysql-03", "mysql-45");

    static List<Smuggling> statements() {
        return Smuggling.all();
    }

    @ParameterizedTest
    @MethodSource("statements")
    void whatMustNotPassUnseenIsJudgedAndWhatIsOnlyTextIsNot(Smuggling smuggling) {
        boolean judged = smuggling.messages().stream()
                .anyMatch(message -> ClassifierTest.of(message, smuggling.rules()) == Interest.JUDGE);
        assertThat(judged).isEqualTo(!smuggling.expect().equals("pass") || JUDGED_AND_PASSED.contains(smuggling.id()));
    }

    @ParameterizedTest
    @MethodSource("statements")
    void noPrefixIsTooShortOrTooOdd(Smuggling smuggling) {
        for (String message : smuggling.messages()) {
            for (int length = 0; length <= Math.min(message.length(), 600); length++) {
                String prefix = message.substring(0, length);
                assertThat(ClassifierTest.of(prefix, smuggling.rules())).isNotNull();
                assertThat(Splitter.split(prefix, smuggling.rules())).isNotNull();
                assertThat(Splitter.open(prefix, smuggling.rules())).hasSize(length);
            }
        }
    }
}
