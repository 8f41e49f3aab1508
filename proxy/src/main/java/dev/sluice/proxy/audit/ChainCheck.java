package dev.sluice.proxy.audit;

import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Follows a chain record by record and stops at the first that does not fit. Not thread-safe. */
final class ChainCheck {

    private long records;
    private long lastNumber;
    private String lastHash = AuditChain.GENESIS;

    /** Empty when the line is the record that must stand here. */
    Optional<AuditTrail.Broken> next(Path file, long lineNumber, String line) {
        if (!AuditChain.intact(line)) {
            String reason = AuditChain.statedHash(line).isEmpty()
                    ? "the line is no whole record"
                    : "its content does not match its hash";
            return Optional.of(new AuditTrail.Broken(lastNumber + 1, file, lineNumber, reason));
        }
        JsonNode record = AuditJson.parse(line);
        long number = record.path("seq").asLong(0);
        Optional<String> misfit = misfit(number, record.path("prev").asString(""));
        if (misfit.isPresent()) {
            return Optional.of(new AuditTrail.Broken(lastNumber + 1, file, lineNumber, misfit.get()));
        }
        records++;
        lastNumber = number;
        lastHash = AuditChain.statedHash(line);
        return Optional.empty();
    }

    long records() {
        return records;
    }

    String lastHash() {
        return lastHash;
    }

    private Optional<String> misfit(long number, String previous) {
        if (records == 0 && number > 1) {
            return Optional.empty(); // Older files of the trail were put away; it is checked from here on.
        }
        if (number != lastNumber + 1) {
            return Optional.of("record " + number + " stands where record " + (lastNumber + 1) + " must");
        }
        return previous.equals(lastHash)
                ? Optional.empty()
                : Optional.of("it does not name the hash of the record before it");
    }
}
