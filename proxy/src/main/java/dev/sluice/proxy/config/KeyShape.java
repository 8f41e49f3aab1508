package dev.sluice.proxy.config;

import java.util.Set;

/** What may stand behind a key of the configuration, as its reader asks for it: what {@link ConfigSchema} is made of. */
sealed interface KeyShape {

    /**
     * A single value.
     *
     * @param expected in words, empty when anything goes
     */
    record Scalar(String expected) implements KeyShape {}

    record Whole(int least, int most) implements KeyShape {}

    record Fraction(double least, double most) implements KeyShape {}

    record Duration() implements KeyShape {}

    record Bytes() implements KeyShape {}

    record Choice(Set<String> words) implements KeyShape {
        public Choice {
            words = Set.copyOf(words);
        }
    }

    /** A word or a list of words. */
    record Words() implements KeyShape {}

    /** A mapping whose keys are known. */
    record Part() implements KeyShape {}

    /** Such a mapping, or {@code on} or {@code off}. */
    record Switched() implements KeyShape {}

    /** A list of such mappings. */
    record Parts() implements KeyShape {}

    /** Such mappings by names that the file gives. */
    record Named() implements KeyShape {}

    /** A rule's id and its action, as often as wanted. */
    record Rules(Set<String> actions) implements KeyShape {
        public Rules {
            actions = Set.copyOf(actions);
        }
    }

    /** Names that the file gives, and a value each. */
    record Entries() implements KeyShape {}

    /** A policy, or the path of the file that holds it. */
    record Policy() implements KeyShape {}
}
