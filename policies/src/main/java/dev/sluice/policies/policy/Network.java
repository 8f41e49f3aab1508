package dev.sluice.policies.policy;

import java.util.Arrays;
import java.util.Optional;

/** An IPv4 or IPv6 address or network: {@code 10.0.0.0/8}, {@code 2001:db8::/32}. */
record Network(byte[] address, int prefix) {

    static Network of(String text) throws PolicyException {
        int slash = text.indexOf('/');
        Optional<byte[]> address = parse(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) {
            throw new PolicyException("", "\"" + text + "\" is no network: expected for example \"10.0.0.0/8\"");
        }
        int bits = address.get().length * 8;
        int prefix = slash < 0 ? bits : number(text.substring(slash + 1), bits);
        if (prefix < 0) {
            throw new PolicyException("", "\"" + text + "\": the prefix must be between 0 and " + bits);
        }
        return new Network(address.get(), prefix);
    }

    boolean contains(String client) {
        Optional<byte[]> other = parse(client);
        if (other.isEmpty() || other.get().length != address.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((address[bit / 8] & mask) != (other.get()[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int most) {
        try {
            int value = Integer.parseInt(text);
            return value >= 0 && value <= most ? value : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** An address as sessions report it: a zone is left out, an IPv4 address in IPv6's clothes is an IPv4 address. */
    private static Optional<byte[]> parse(String text) {
        String bare = text.startsWith("/") ? text.substring(1) : text;
        bare = bare.startsWith("[") && bare.contains("]") ? bare.substring(1, bare.indexOf(']')) : bare;
        int zone = bare.indexOf('%');
        bare = zone < 0 ? bare : bare.substring(0, zone);
        if (bare.startsWith("::ffff:") && bare.contains(".")) {
            bare = bare.substring("::ffff:".length());
        }
        long colons = bare.chars().filter(c -> c == ':').count();
        if (colons == 1 && bare.contains(".")) {
            bare = bare.substring(0, bare.indexOf(':'));
        }
        return colons > 1 ? six(bare) : four(bare);
    }

    private static Optional<byte[]> four(String text) {
        String[] parts = text.split("\\.", -1);
        byte[] address = new byte[4];
        for (int i = 0; i < parts.length; i++) {
            int value = parts.length == 4 ? number(parts[i], 255) : -1;
            if (value < 0) {
                return Optional.empty();
            }
            address[i] = (byte) value;
        }
        return Optional.of(address);
    }

    private static Optional<byte[]> six(String text) {
        int gap = text.indexOf("::");
        String[] head = groups(gap < 0 ? text : text.substring(0, gap));
        String[] tail = gap < 0 ? new String[0] : groups(text.substring(gap + 2));
        int missing = 8 - head.length - tail.length;
        if (missing < 0 || (gap < 0 && missing != 0)) {
            return Optional.empty();
        }
        byte[] address = new byte[16];
        try {
            fill(address, 0, head);
            fill(address, 8 - tail.length, tail);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        return Optional.of(address);
    }

    private static String[] groups(String text) {
        return text.isEmpty() ? new String[0] : text.split(":", -1);
    }

    private static void fill(byte[] address, int from, String[] groups) {
        for (int i = 0; i < groups.length; i++) {
            int value = Integer.parseInt(groups[i], 16);
            if (value < 0 || value > 0xffff) {
                throw new NumberFormatException(groups[i]);
            }
            address[2 * (from + i)] = (byte) (value >> 8);
            address[2 * (from + i) + 1] = (byte) value;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network network && prefix == network.prefix && Arrays.equals(address, network.address);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(address) + prefix;
    }

    @Override
    public String toString() {
        return Arrays.toString(address) + "/" + prefix;
    }
}
