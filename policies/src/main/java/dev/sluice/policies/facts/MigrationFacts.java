package dev.sluice.policies.facts;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A migration that is on its way.
 *
 * @param id its number
 * @param columns the columns that it adds or changes
 * @param sql all that it runs, with the columns that it walks by
 */
public record MigrationFacts(long id, List<String> columns, List<String> sql) {

    private static final String PART_OF_A_NAME = "[\\p{L}\\p{N}_$]";

    public MigrationFacts {
        columns = List.copyOf(columns);
        sql = List.copyOf(sql);
    }

    /**
     * Whether its SQL may depend on a column: the name stands somewhere in it, as a word and in whatever case. It may be
     * another thing's name, so this says rather too much than too little.
     */
    public boolean mentions(String column) {
        if (columns.contains(column)) {
            return true;
        }
        Pattern word = Pattern.compile(
                "(?<!" + PART_OF_A_NAME + ")" + Pattern.quote(column.replace("\"", "\"\"")) + "(?!" + PART_OF_A_NAME
                        + ")",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        return sql.stream().anyMatch(s -> word.matcher(s).find());
    }
}
