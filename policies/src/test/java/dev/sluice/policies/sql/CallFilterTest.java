package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallFilterTest {
    private static final CallFilter FILTER = CallFilter.of(List.of("wipe", "make_Table"));

    private static boolean mayCall(CallFilter filter, String sql) {
        byte[] text = sql.getBytes(StandardCharsets.UTF_8);
        return filter.mayCall(text, 0, text.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select wipe()",
                "select WIPE (1)",
                "select public.wipe\n(1)",
                "select \"wipe\"()",
                "select \"make_Table\" ( )",
                "select wipe/* x */()",
                "select wipe -- x\n ()",
                "select U&\"wip\\0065\"()",
                "select f(g(1), wipe(2))",
                "select 'wipe()'",
            })
    void whatMayBeACallIsTakenForOne(String sql) {
        assertThat(mayCall(FILTER, sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select wiped(), swipe(), x.wipe from t",
                "select count(*) from t where a in (1, 2) and (b = 1)",
                "insert into t (a) values (1)",
                "select \"wip\"()",
                "()",
                "select 1wipe from t",
            })
    void whatCallsOtherThingsIsNot(String sql) {
        assertThat(mayCall(FILTER, sql)).isFalse();
        assertThat(mayCall(CallFilter.NONE, sql)).isFalse();
    }

    @Test
    void whereNothingIsKnownEverythingOutOfTheOrdinaryIs() {
        assertThat(mayCall(CallFilter.unknown(), "select coalesce(sum(a), 0) from t where b in (1)"))
                .isFalse();
        assertThat(mayCall(CallFilter.unknown(), "select my_function(1)")).isTrue();
        assertThat(mayCall(CallFilter.unknown(), "select \"my function\"(1)")).isTrue();
    }

    @Test
    void moreNamesCanBeAdded() {
        assertThat(mayCall(FILTER.and(List.of("other")), "select other(1)")).isTrue();
        assertThat(mayCall(FILTER.and(List.of("other")), "select wipe(1)")).isTrue();
        assertThat(mayCall(CallFilter.NONE.and(List.of("other")), "select other(1)"))
                .isTrue();
    }

    @Test
    void whatWasJustMadeIsOfInterestUnderAnOrdinaryNameToo() {
        CallFilter filter = CallFilter.unknown().and(List.of("now"));

        assertThat(mayCall(filter, "SELECT now()")).isTrue();
        assertThat(mayCall(filter, "SELECT lower('a')")).isFalse();
    }

    @Test
    void aNameThatRunsARoutineByItselfIsFoundWhereverItStands() {
        CallFilter filter = CallFilter.of(List.of(), List.of("secret view", "===", "tenant"));

        assertThat(mayCall(filter, "SELECT * FROM \"secret view\"")).isTrue();
        assertThat(mayCall(filter, "SELECT 1===2")).isTrue();
        assertThat(mayCall(filter, "select t.Tenant from t")).isTrue();
        assertThat(mayCall(filter, "SELECT U&\"ten\\0061nt\" FROM t")).isTrue();
        assertThat(mayCall(filter, "SELECT tenants FROM t WHERE a = 1")).isFalse();
    }
}
