package dev.sluice.policies.ddl;

import java.util.List;
import java.util.Optional;

/**
 * How MySQL or MariaDB is asked to carry a change out. They are judged, not trusted.
 *
 * @param algorithm ALGORITHM=, in upper case
 * @param lock LOCK=, in upper case
 * @param lockWait MariaDB's WAIT n or NOWAIT, as written
 * @param source the options as written, each with the comma before it where there is one
 */
public record OnlineOptions(
        Optional<String> algorithm, Optional<String> lock, Optional<String> lockWait, List<SourceText> source) {

    public static final OnlineOptions NONE =
            new OnlineOptions(Optional.empty(), Optional.empty(), Optional.empty(), List.of());

    public OnlineOptions {
        source = List.copyOf(source);
    }
}
