package dev.sluice.policies.ddl;

import java.util.List;

/**
 * A data type as a statement names it.
 *
 * @param source the type as written
 * @param name the base name, lower case unless quoted, words joined by one blank: {@code character varying},
 *     {@code timestamp}, {@code app.mood}; without modifiers, array bounds and {@code unsigned}
 * @param arguments what stands in parentheses, as written: {@code 10}, {@code 2}, {@code 'a'}
 * @param array whether it is an array of that type
 */
public record TypeName(SourceText source, String name, List<String> arguments, boolean array) {

    public TypeName {
        arguments = List.copyOf(arguments);
    }
}
