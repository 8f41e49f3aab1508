package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.protocol.postgres.Fields;
import dev.sluice.proxy.intercept.Ruling;
import java.util.List;
import org.junit.jupiter.api.Test;

class EditedTextTest {
    private static final String SENT = "SELECT '😀'; ALTER TABLE t ADD b x; SELECT nowhere";
    private static final Ruling.Edit EDIT =
            edit(SENT, "ALTER TABLE t ADD b x", 1, "DO $$ long enough to move things $$");
    private static final EditedText TEXT = new EditedText(SENT, List.of(EDIT));

    private static Ruling.Edit edit(String sent, String statement, int number, String sql) {
        int start = sent.indexOf(statement);
        return new Ruling.Edit(number, start, start + statement.length(), sql, "ALTER TABLE");
    }

    private static int characterAt(String text, String what) {
        return text.codePointCount(0, text.indexOf(what)) + 1;
    }

    @Test
    void onlyTheStatementIsReplaced() {
        assertThat(TEXT.text()).isEqualTo("SELECT '😀'; DO $$ long enough to move things $$; SELECT nowhere");
    }

    @Test
    void positionsAroundTheReplacementFindBack() {
        assertThat(TEXT.toOriginal(characterAt(TEXT.text(), "SELECT '"))).isEqualTo(1);
        assertThat(TEXT.toOriginal(characterAt(TEXT.text(), "nowhere"))).isEqualTo(characterAt(SENT, "nowhere"));
        assertThat(TEXT.toOriginal(characterAt(TEXT.text(), "long"))).isZero();
    }

    @Test
    void aPositionInTheInnerStatementIsFoundInTheClients() {
        String inner = "ALTER TABLE t ADD b x";
        assertThat(TEXT.find(EDIT, inner, characterAt(inner, "x"))).isEqualTo(characterAt(SENT, "x;"));
        String other = "ALTER TABLE ONLY public.t ADD COLUMN b x DEFAULT NULL";
        assertThat(TEXT.find(EDIT, other, characterAt(other, "b x"))).isEqualTo(characterAt(SENT, "b x"));
        assertThat(TEXT.find(EDIT, "nothing alike", 1)).isZero();
    }

    @Test
    void aWordOfTheGrammarsIsFoundHoweverTheClientWroteIt() {
        String sent = "alter table t add b text default f() collate \"nix\" not null";
        Ruling.Edit edit = edit(sent, sent, 0, "DO $$ $$");
        String inner = "alter table t add b text COLLATE \"nix\", ALTER COLUMN \"b\" SET DEFAULT f()";
        assertThat(new EditedText(sent, List.of(edit)).find(edit, inner, characterAt(inner, "COLLATE")))
                .isEqualTo(characterAt(sent, "collate"));
    }

    @Test
    void aSyntaxErrorAtTheEndOfTheInputKeepsItsPlaceBehindTheStatement() {
        String statement = SENT.substring(EDIT.start(), EDIT.end());
        assertThat(TEXT.find(EDIT, statement, statement.length() + 1))
                .isEqualTo(characterAt(SENT, statement) + statement.length());
        assertThat(TEXT.find(EDIT, statement, statement.length() + 2)).isZero();
    }

    @Test
    void theWrappingsContextGoesAndTheServersOwnStays() {
        String wrapping = "DO $$ BEGIN ALTER TABLE t\n ADD b int; END $$";
        String own = "PL/pgSQL function on_ddl() line 3 at RAISE";
        String wrapped = own + "\nSQL statement \"ALTER TABLE t\n ADD b int\"\n"
                + "PL/pgSQL function inline_code_block line 1 at SQL statement";
        assertThat(ErrorTranslation.withoutWrapping(wrapped, wrapping)).isEqualTo(own);
        assertThat(ErrorTranslation.withoutWrapping(
                        "SQL-Anweisung »ALTER TABLE t\n ADD b int«\nPL/pgSQL-Funktion inline_code_block Zeile 1",
                        wrapping))
                .isEmpty();
        assertThat(ErrorTranslation.withoutWrapping(own, wrapping)).isEqualTo(own);
    }

    @Test
    void anErrorThatTheBlockRaisesItselfNamesNoSourceLine() {
        Fields said = Fields.of("ERROR", "55P03", "canceling statement due to lock timeout")
                .with(Fields.FILE, "pl_exec.c")
                .with(Fields.LINE, "3921")
                .with(Fields.ROUTINE, "exec_stmt_raise")
                .with(Fields.WHERE, "PL/pgSQL function inline_code_block line 9 at RAISE");
        assertThat(ErrorTranslation.translate(said, TEXT, 1))
                .isEqualTo(Fields.of("ERROR", "55P03", "canceling statement due to lock timeout"));
    }
}
