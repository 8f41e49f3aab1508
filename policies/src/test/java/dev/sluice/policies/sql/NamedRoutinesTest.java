package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedRoutinesTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));

    @Test
    void theRoutineThatIsMadeAnewIsNamed() {
        for (String sql : List.of(
                "create or replace function F() returns int", "create or replace procedure s.f() language sql")) {
            assertThat(NamedRoutines.in(Scanner.tokens(sql, POSTGRES)))
                    .containsExactly(new RoutineReference.Defined("f"));
        }
    }

    /** The server says what is wrong with them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "create",
                "create or replace",
                "create or replace function",
                "create or replace procedure",
                "create operator",
                "create or replace aggregate",
            })
    void whatEndsTooEarlyNamesNone(String sql) {
        assertThat(NamedRoutines.in(Scanner.tokens(sql, POSTGRES))).isEmpty();
    }
}
