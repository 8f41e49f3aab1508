package dev.sluice.proxy.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * How records hang together: a line is {@code {…,"prev":"<hash of the line before>","hash":"<own hash>"}}, and a record's
 * own hash is SHA-256 over the UTF-8 bytes of the line without its {@code ,"hash":"…"} member. So the previous hash is
 * part of what is hashed, and a record cannot be changed, dropped or moved without breaking the ones behind it.
 */
final class AuditChain {

    /** What the first record names as its predecessor. */
    static final String GENESIS = "0".repeat(64);

    private static final String HASH_MEMBER = ",\"hash\":\"";
    private static final int HASH_LENGTH = 64;
    private static final int SUFFIX_LENGTH = HASH_MEMBER.length() + HASH_LENGTH + 2;

    private AuditChain() {}

    /** @param body a JSON object that ends with its {@code prev} member */
    static String seal(String body) {
        return body.substring(0, body.length() - 1) + HASH_MEMBER + hash(body) + "\"}";
    }

    /** The hash that a line states, or an empty string when the line is no sealed record. */
    static String statedHash(String line) {
        int suffix = line.length() - SUFFIX_LENGTH;
        if (suffix < 1 || !line.endsWith("\"}") || !line.startsWith(HASH_MEMBER, suffix)) {
            return "";
        }
        return line.substring(suffix + HASH_MEMBER.length(), line.length() - 2);
    }

    /** Whether a line's content is what its hash was made of. */
    static boolean intact(String line) {
        String stated = statedHash(line);
        return !stated.isEmpty() && stated.equals(hash(line.substring(0, line.length() - SUFFIX_LENGTH) + "}"));
    }

    private static String hash(String body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
