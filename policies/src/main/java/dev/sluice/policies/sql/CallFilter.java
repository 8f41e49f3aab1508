package dev.sluice.policies.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells from a text's bytes whether it may call one of some routines, literals and comments not told apart: it says yes
 * when in doubt. Builds nothing, and costs one look at each byte; {@link #NONE} costs nothing. Immutable.
 */
public final class CallFilter {

    /** No text calls any. */
    public static final CallFilter NONE = new CallFilter(Set.of(), false, Set.of());

    /** What may stand before a bracket in any statement, and the server's functions that most statements use. */
    private static final Set<String> ORDINARY =
            Set.of(("in values and or not as on using where select from by any all some"
                            + " exists over filter group when then else case is like ilike between union except intersect having"
                            + " with into set returning only row array varchar char character numeric decimal timestamp"
                            + " timestamptz time bit float cast extract substring substr trim ltrim rtrim btrim overlay position"
                            + " coalesce nullif greatest least count sum avg min max now lower upper length round floor ceil abs"
                            + " mod power sqrt sign trunc to_char to_date to_timestamp to_number date_trunc date_part age"
                            + " generate_series unnest array_agg array_to_string string_to_array array_length array_position"
                            + " cardinality json_agg jsonb_agg json_build_object jsonb_build_object json_build_array"
                            + " jsonb_build_array row_to_json to_json to_jsonb jsonb_set jsonb_array_elements json_array_elements"
                            + " string_agg current_setting set_config format concat concat_ws nextval currval lastval setval random"
                            + " gen_random_uuid md5 version replace regexp_replace regexp_matches split_part strpos left right lpad"
                            + " rpad repeat reverse initcap row_number rank dense_rank lag lead first_value last_value ntile"
                            + " to_tsvector to_tsquery plainto_tsquery websearch_to_tsquery ts_rank bool_or bool_and every"
                            + " make_interval clock_timestamp statement_timestamp pg_advisory_lock pg_advisory_unlock"
                            + " pg_advisory_xact_lock pg_try_advisory_lock pg_backend_pid pg_sleep current_schema current_schemas"
                            + " current_database has_table_privilege format_type pg_get_expr pg_get_indexdef pg_get_constraintdef"
                            + " pg_table_is_visible obj_description col_description pg_relation_size pg_total_relation_size")
                    .split(" "));

    private static final int MAX_NAME = 63;

    private final Set<String> names;
    private final byte[] @Nullable [] slots;
    private final boolean others;
    /** Names and operators that count wherever they stand. */
    private final @Nullable CallFilter mentioned;

    private CallFilter(Set<String> names, boolean others, Set<String> mentions) {
        this.mentioned = mentions.isEmpty() ? null : new CallFilter(mentions, false, Set.of());
        int size = Integer.highestOneBit(Math.max(4, names.size() * 4)) << 1;
        this.names = names;
        this.slots = new byte[size][];
        this.others = others;
        for (String name : names) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            byte[] cut = bytes.length > MAX_NAME ? Arrays.copyOf(bytes, MAX_NAME) : bytes;
            for (int i = 0; i < cut.length; i++) {
                cut[i] = (byte) Chars.lower(cut[i]);
            }
            int slot = hash(cut, 0, cut.length) & slots.length - 1;
            while (slots[slot] != null) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = cut;
        }
    }

    /** Says yes to calls of these. */
    public static CallFilter of(Collection<String> names) {
        return of(names, Set.of());
    }

    /**
     * Says yes to calls of these, and to texts in which one of the others stands at all.
     *
     * @param mentions names and operators
     */
    public static CallFilter of(Collection<String> names, Collection<String> mentions) {
        return names.isEmpty() && mentions.isEmpty() ? NONE : new CallFilter(Set.copyOf(names), false, parts(mentions));
    }

    /** A quoted name is found by the words in it. */
    private static Set<String> parts(Collection<String> mentions) {
        Set<String> parts = new HashSet<>();
        for (String mention : mentions) {
            boolean word = mention.chars().anyMatch(Character::isLetterOrDigit);
            for (String part : word ? mention.split("[\\x00-#%-/:-@\\[-^`{-\\x7f]+") : new String[] {mention}) {
                parts.add(part);
            }
        }
        parts.remove("");
        return parts;
    }

    /** Says yes to calls of all but what most statements use: where nothing is known of a database's routines yet. */
    public static CallFilter unknown() {
        return new CallFilter(ORDINARY, true, Set.of());
    }

    /** Says yes to calls of these too, and where one stands behind a row. */
    public CallFilter and(Collection<String> more) {
        if (more.isEmpty()) {
            return this;
        }
        Set<String> all = new HashSet<>(names);
        if (others) {
            all.removeAll(more);
        } else {
            all.addAll(more);
        }
        Set<String> mentions = new HashSet<>(more);
        if (mentioned != null) {
            mentions.addAll(mentioned.names);
        }
        return new CallFilter(Set.copyOf(all), others, parts(mentions));
    }

    /** Whether {@code text[from, to)} may call one. */
    public boolean mayCall(byte[] text, int from, int to) {
        if (this == NONE) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text[i] == '(' && isSuspect(text, from, i)) {
                return true;
            }
        }
        return mentioned != null && mentioned.stands(text, from, to);
    }

    /** Whether one of the names stands anywhere in the text, escaped or not. */
    private boolean stands(byte[] text, int from, int to) {
        int i = from;
        while (i < to) {
            int end = i + 1;
            if (Chars.isWordPart(text[i])) {
                while (end < to && Chars.isWordPart(text[end])) {
                    end++;
                }
                boolean escaped = end + 1 < to && end == i + 1 && text[end] == '&' && text[end + 1] == '"';
                if (escaped || contains(text, i, end)) {
                    return true;
                }
            } else if (Chars.isOperator(text[i])) {
                while (end < to && Chars.isOperator(text[end])) {
                    end++;
                }
                if (standsIn(text, i, end)) {
                    return true;
                }
            }
            i = end;
        }
        return false;
    }

    /** Comments and signs may stand right beside an operator. */
    private boolean standsIn(byte[] text, int from, int to) {
        for (int start = from; start < to; start++) {
            for (int end = start + 1; end <= Math.min(to, start + MAX_NAME); end++) {
                if (contains(text, start, end)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isSuspect(byte[] text, int from, int open) {
        int end = open;
        boolean broken = false;
        while (end > from && Chars.isBlank(text[end - 1])) {
            end--;
            broken |= text[end] == '\n' || text[end] == '\r';
        }
        if (end == from) {
            return false;
        }
        byte last = text[end - 1];
        boolean comment =
                (last == '/' && end - from > 1 && text[end - 2] == '*') || (broken && hasLineComment(text, from, end));
        if (comment) {
            return true;
        }
        if (last == '"') {
            return isQuotedSuspect(text, from, end);
        }
        if (last == '\'') {
            return true; // UESCAPE '!' may stand there
        }
        int start = end;
        while (start > from && Chars.isWordPart(text[start - 1])) {
            start--;
        }
        return start < end && !Chars.isDigit(text[start]) && contains(text, start, end) != others;
    }

    /** A line comment may stand between a name and its bracket. */
    private static boolean hasLineComment(byte[] text, int from, int end) {
        for (int i = end - 1; i > from && text[i] != '\n'; i--) {
            if (text[i] == '-' && text[i - 1] == '-') {
                return true;
            }
        }
        return false;
    }

    /** Doubled quotes and escapes are left to whoever looks closer. */
    private boolean isQuotedSuspect(byte[] text, int from, int end) {
        int start = end - 2;
        while (start >= from && text[start] != '"') {
            start--;
        }
        boolean plain = start >= from && (start == from || (text[start - 1] != '"' && text[start - 1] != '&'));
        return !plain || contains(text, start + 1, end - 1) != others;
    }

    private boolean contains(byte[] text, int start, int end) {
        int length = Math.min(end - start, MAX_NAME);
        int slot = hash(text, start, length) & slots.length - 1;
        while (true) {
            byte[] name = slots[slot];
            if (name == null) {
                return false;
            }
            if (name.length == length && stands(name, text, start)) {
                return true;
            }
            slot = slot + 1 & slots.length - 1;
        }
    }

    private static boolean stands(byte[] name, byte[] text, int start) {
        for (int i = 0; i < name.length; i++) {
            if (Chars.lower(text[start + i]) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static int hash(byte[] text, int start, int length) {
        int hash = length;
        for (int i = start; i < start + length; i++) {
            hash = hash * 31 + Chars.lower(text[i]);
        }
        return hash ^ hash >>> 15;
    }
}
