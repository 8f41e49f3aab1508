package dev.sluice.proxy.session;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What an error of PostgreSQL's is about, for programs that do not read messages (manual, "Error and Notice Message
 * Fields"). MySQL has no such fields.
 *
 * @param names of those parts that the server has named
 */
public record ErrorObject(Map<Part, String> names) {

    public static final ErrorObject NONE = new ErrorObject(Map.of());

    /** What may be named. */
    public enum Part {
        SCHEMA,
        TABLE,
        COLUMN,
        DATA_TYPE,
        CONSTRAINT
    }

    public ErrorObject {
        names = Map.copyOf(names);
    }

    /** From whatever knows each part's name; an empty one is none. */
    public static ErrorObject of(Function<Part, String> names) {
        Map<Part, String> known = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            String name = names.apply(part);
            if (!name.isEmpty()) {
                known.put(part, name);
            }
        }
        return new ErrorObject(known);
    }

    /** Empty where it is not named. */
    public String name(Part part) {
        return names.getOrDefault(part, "");
    }
}
