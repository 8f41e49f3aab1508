package dev.sluice.protocol.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InFlightTest {
    private final InFlight inFlight = new InFlight();

    private InFlightTest sent(String types) {
        types.chars().forEach(type -> inFlight.sent((byte) type));
        return this;
    }

    private InFlightTest received(String types) {
        types.chars().forEach(type -> inFlight.received((byte) type));
        return this;
    }

    @Test
    void aPipelineIsAnsweredInOrder() {
        sent("PBDESPBES").received("12TDDC");
        assertThat(inFlight.head()).isEqualTo('S');
        received("Z12C");
        assertThat(inFlight.head()).isEqualTo('S');
        received("Z");
        assertThat(inFlight.isEmpty()).isTrue();
    }

    @Test
    void anErrorDiscardsUpToTheNextSync() {
        sent("PBESPBES").received("1E");
        assertThat(inFlight.head()).isEqualTo('S');
        received("Z12CZ");
        assertThat(inFlight.isEmpty()).isTrue();
    }

    @Test
    void anErrorBeforeASyncWasSentDiscardsWhatIsSentThen() {
        sent("PBE").received("1E");
        assertThat(inFlight.isDiscarding()).isTrue();
        sent("PBEQ");
        assertThat(inFlight.isEmpty()).isTrue();
        sent("S");
        assertThat(inFlight.isDiscarding()).isFalse();
        received("Z");
        assertThat(inFlight.isEmpty()).isTrue();
    }

    @Test
    void aSyncBehindACopyIsIgnored() {
        sent("PBES").received("12G");
        assertThat(inFlight.isCopyIn()).isTrue();
        sent("ddcS").received("C");
        assertThat(inFlight.size()).isEqualTo(1);
        received("Z");
        assertThat(inFlight.isEmpty()).isTrue();
    }

    @Test
    void aCopySentWithItsDataIsOverWhenTheServerAsksForIt() {
        sent("PBESddcS").received("12G");
        assertThat(inFlight.isCopyIn()).isFalse();
        received("CZ");
        assertThat(inFlight.isEmpty()).isTrue();
    }

    @Test
    void theLateEndOfAFailedCopyIsNothing() {
        sent("Q").received("GE");
        sent("ddc").received("Z");
        assertThat(inFlight.isEmpty()).isTrue();
        sent("Q").received("CZ");
        assertThat(inFlight.isEmpty()).isTrue();
    }

    @Test
    void aQueryWithManyStatementsIsOneEntry() {
        sent("QQ").received("TDCTDCCZ");
        assertThat(inFlight.size()).isEqualTo(1);
        received("EZ");
        assertThat(inFlight.isEmpty()).isTrue();
    }

    @Test
    void theGatewaysOwnMessagesAreMarked() {
        sent("P");
        inFlight.sentOwn(FrontendType.QUERY);
        assertThat(inFlight.isHeadOwn()).isFalse();
        received("1");
        assertThat(inFlight.isHeadOwn()).isTrue();
        received("TDCZ");
        assertThat(inFlight.isEmpty()).isTrue();
    }

    @Test
    void theRingGrows() {
        for (int i = 0; i < 1000; i++) {
            sent("BE");
            if (i % 3 == 0) {
                received("2C");
            }
        }
        assertThat(inFlight.size()).isEqualTo(2 * (1000 - 334));
    }
}
