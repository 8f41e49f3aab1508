package dev.sluice.proxy.config;

import java.util.Collection;
import java.util.Comparator;

/** "Did you mean …?" */
public final class Suggestion {

    private Suggestion() {}

    /** The nearest of the words when one is near, else all of them. */
    public static String among(String word, Collection<String> words) {
        return words.stream()
                .min(Comparator.comparingInt((String w) -> distance(word, w)).thenComparing(w -> w))
                .filter(w -> distance(word, w) <= Math.max(1, word.length() / 3))
                .map(w -> "did you mean " + w + "?")
                .orElse("expected one of " + String.join(", ", words));
    }

    /** Levenshtein's. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
