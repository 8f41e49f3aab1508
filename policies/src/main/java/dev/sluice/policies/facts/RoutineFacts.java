package dev.sluice.policies.facts;

import dev.sluice.policies.sql.RoutineNature;

/**
 * What calling a stored routine may do. Of one that is being made, what is known of what has its name already:
 * {@link RoutineNature#DYNAMIC} where something runs that without anybody's calling it, else harmless.
 *
 * @param name with its schema
 * @param nature what its body does, what it calls included
 * @param argument whether it runs SQL that it is given
 * @param why what makes it so, for people
 * @param digest another one for another body
 */
public record RoutineFacts(String name, RoutineNature nature, SqlArgument argument, String why, String digest) {

    /** What a routine takes an argument's text for. */
    public enum SqlArgument {
        /** For nothing but a value. */
        NONE,
        /** For a query, that it runs. */
        QUERY,
        /** For commands of any kind, that it runs or has run. */
        COMMAND
    }
}
