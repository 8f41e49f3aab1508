package dev.sluice.proxy.intercept;

import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an approval is for: the exact statement, and the shape of what it changes. Rows and sizes are left out, since
 * they change all the time; a column, constraint, index or trigger that comes or goes makes another shape, and so does
 * another body of a routine that it calls.
 */
final class Fingerprint {

    private Fingerprint() {}

    static String of(String statement, Facts facts) {
        TreeMap<String, String> shapes = new TreeMap<>();
        facts.relations().forEach((name, relation) -> shapes.put(name.toString(), shape(relation)));
        return sha256(statement
                + '\n'
                + facts.role()
                + '\n'
                + facts.version()
                + '\n'
                + (shapes.isEmpty() ? facts.currentSchema() : shapes)
                + (facts.routines().isEmpty() ? "" : "\n" + sorted(facts.routines())));
    }

    private static String sorted(Map<?, ?> entries) {
        return entries.entrySet().stream().map(Object::toString).sorted().collect(Collectors.joining("\n"));
    }

    private static String shape(RelationFacts relation) {
        // On MySQL the number is the second in which the table was made, and another schema's table may share it.
        return relation.name()
                + "|" + relation.id()
                + "|" + relation.kind()
                + "|" + relation.owner()
                + "|" + relation.columns()
                + "|" + relation.constraints()
                + "|" + relation.indexes()
                + "|" + relation.triggers()
                + "|"
                + relation.children().stream().map(Object::toString).sorted().collect(Collectors.joining(","));
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
