package dev.sluice.policies.sql;

import java.util.Locale;
import java.util.Optional;

/** How a text has a routine run, or makes one. Names are in lower case. */
public sealed interface RoutineReference {

    String name();

    /**
     * It calls one of that name.
     *
     * @param schema where the text says it
     */
    record Called(Optional<String> schema, String name) implements RoutineReference {
        public Called {
            schema = schema.map(RoutineReference::lower);
            name = lower(name);
        }
    }

    /** The name or operator stands in it: a view, a type or an operator runs the routine. */
    record Mentioned(String name) implements RoutineReference {
        public Mentioned {
            name = lower(name);
        }
    }

    /** It writes rows of the table or view: a default, a check or a trigger runs the routine. */
    record Written(String name) implements RoutineReference {
        public Written {
            name = lower(name);
        }
    }

    /** The name stands behind a row, as a column or a function of it. */
    record Attribute(String name) implements RoutineReference {
        public Attribute {
            name = lower(name);
        }
    }

    /** It makes a routine of that name, anew or for the first time. */
    record Defined(String name) implements RoutineReference {
        public Defined {
            name = lower(name);
        }
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
