package dev.sluice.policies.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RulesPageTest {

    private static final Path PAGE = Path.of("..", "docs", "rules.md");

    /** With {@code -Dsluice.rules.write=true} in the test JVM the page is brought up to date first. */
    @Test
    void theReferencePageSaysWhatTheRulesSay() throws IOException {
        String wanted = RulesPage.markdown(Rules.all());
        if (Boolean.getBoolean("sluice.rules.write")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(wanted);
    }

    @Test
    void everyCanonicalIdIsThere() {
        List<String> ids = Rules.all().stream().map(Rule::id).toList();
        assertThat(ids)
                .doesNotHaveDuplicates()
                .contains(("add-column-not-null-no-default add-column-volatile-default add-column-expression-default"
                                + " add-column-generated-stored add-column-auto-increment add-column-unique"
                                + " add-column-primary-key add-column-check add-column-references"
                                + " add-column-references-ignored add-column-constrained-domain add-column-with-index"
                                + " set-not-null not-valid-before-backfill add-check-validated"
                                + " add-foreign-key-validated add-unique-constraint add-primary-key"
                                + " add-primary-key-using-index add-exclusion-constraint drop-constraint"
                                + " drop-primary-key alter-domain-add-constraint create-index-blocking"
                                + " drop-index-blocking reindex-blocking create-index-on-partitioned"
                                + " concurrent-on-partitioned concurrent-in-transaction add-functional-index"
                                + " add-fulltext-or-spatial-index unindexed-foreign-key change-column-type"
                                + " enum-set-redefine convert-charset table-rewrite vacuum-full-or-cluster"
                                + " mysql-inplace-rebuild mysql-instant-unsupported explicit-copy-algorithm"
                                + " explicit-lock-option partition-rebuild drop-partition attach-partition-scan"
                                + " detach-partition-blocking refresh-matview-blocking json-column drop-column"
                                + " drop-table drop-schema drop-object truncate drop-cascade rename-column"
                                + " rename-table rename-schema rename-enum-value missing-lock-timeout"
                                + " statement-after-exclusive-lock data-change-in-ddl-transaction"
                                + " explicit-lock-table disable-trigger enable-rls opaque-dynamic-ddl unparsed-ddl"
                                + " conflicting-migration unbounded-dml freeze-window")
                        .split(" "));
    }
}
