package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.LintFinding;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** Names findings so that a server recognises them when lines above them change. One object a report. */
final class Fingerprints {
    private final Map<String, Integer> seen = new HashMap<>();

    String of(LintFinding finding) {
        String text = String.join(
                "\u0000",
                finding.rule(),
                finding.file(),
                finding.statement().replaceAll("\\s+", " "),
                finding.message());
        int occurrence = seen.merge(text, 1, Integer::sum);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((text + "\u0000" + occurrence).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
