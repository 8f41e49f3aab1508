package dev.sluice.proxy.lint;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A version of a migration: numbers parted by dots or underscores; zeros at the end do not count. */
record MigrationVersion(List<BigInteger> parts) implements Comparable<MigrationVersion> {
    static final MigrationVersion ZERO = new MigrationVersion(List.of());

    private static final Pattern SEPARATOR = Pattern.compile("[._]+");

    MigrationVersion {
        parts = List.copyOf(parts);
    }

    static MigrationVersion of(String text) {
        List<BigInteger> parts = new ArrayList<>();
        for (String part : SEPARATOR.split(text, -1)) {
            if (!part.isEmpty()) {
                parts.add(new BigInteger(part));
            }
        }
        while (!parts.isEmpty() && parts.getLast().signum() == 0) {
            parts.removeLast();
        }
        return new MigrationVersion(parts);
    }

    @Override
    public int compareTo(MigrationVersion other) {
        for (int i = 0; i < Math.max(parts.size(), other.parts.size()); i++) {
            int order = part(i).compareTo(other.part(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private BigInteger part(int i) {
        return i < parts.size() ? parts.get(i) : BigInteger.ZERO;
    }

    @Override
    public String toString() {
        return parts.isEmpty()
                ? "0"
                : String.join(".", parts.stream().map(BigInteger::toString).toList());
    }
}
