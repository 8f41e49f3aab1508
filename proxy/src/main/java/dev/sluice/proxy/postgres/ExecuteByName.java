package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Interest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SQL's EXECUTE of a statement that was prepared by the protocol and is to be judged: it would run unseen. */
final class ExecuteByName {
    private static final Pattern EXECUTE = Pattern.compile(
            "\\bEXECUTE\\b\\W*?(?:\"((?:[^\"]|\"\")+)\"|([\\p{L}_][\\p{L}\\d_$]*))", Pattern.CASE_INSENSITIVE);

    private ExecuteByName() {}

    /** The name of the first such statement that a text executes. */
    static Optional<String> of(Prepared prepared, String text) {
        if (!prepared.hasNamed()) {
            return Optional.empty();
        }
        Matcher matcher = EXECUTE.matcher(text);
        while (matcher.find()) {
            String quoted = matcher.group(1);
            String name = quoted == null ? matcher.group(2).toLowerCase(Locale.ROOT) : quoted.replace("\"\"", "\"");
            Prepared.Statement statement = prepared.statement(name);
            if (statement != null && statement.interest() == Interest.JUDGE) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }
}
