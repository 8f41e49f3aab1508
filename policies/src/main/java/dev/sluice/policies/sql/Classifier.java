package dev.sluice.policies.sql;

/**
 * Decides from a message's raw bytes whether it must be looked at. Builds no strings and fails on nothing; what is cut
 * off or garbage is for the server to refuse.
 *
 * <p>The client encoding must be one in which a byte below 0x80 is always that ASCII character (UTF-8, latin, EUC). For
 * SJIS, BIG5, GBK, GB18030, UHC and JOHAB use {@link #classifyAmbiguous}.
 *
 * <p>A message that is {@link Interest#JUDGE} may turn out to hold plain data statements only, by {@link Splitter}: the
 * classifier judges when in doubt, the splitter reads by the settings as they are.
 */
public final class Classifier {
    private Classifier() {}

    /** The greatest interest of the statements in {@code text[from, to)}. */
    public static Interest classify(byte[] text, int from, int to, LexicalRules rules) {
        int start = withoutByteOrderMark(text, from, to);
        if (Shortcut.isPlain(text, start, to, rules.dialect() == Dialect.POSTGRES)) {
            return Interest.NONE;
        }
        StatementReader reader = new StatementReader(text, start, to, rules);
        Interest interest = greatest(reader);
        if (interest == Interest.JUDGE || !reader.isDoubtful()) {
            return interest;
        }
        if (rules.dialect().isMySqlFamily()) {
            return Interest.JUDGE;
        }
        // The setting may have changed without our knowing yet: read the strings the other way too.
        LexicalRules other = new LexicalRules(
                rules.version(), !rules.standardConformingStrings(), rules.ansiQuotes(), rules.noBackslashEscapes());
        Interest otherwise = greatest(new StatementReader(text, start, to, other));
        return otherwise.compareTo(interest) > 0 ? otherwise : interest;
    }

    /** A text that has been read in the encoding it is in, as bytes to classify: one for each character. */
    public static byte[] letters(String sql, LexicalRules rules) {
        return Scanner.bytes(sql, rules.dialect());
    }

    /** The same for encodings in which the second byte of a character may look like a quote or a backslash. */
    public static Interest classifyAmbiguous(byte[] text, int from, int to, LexicalRules rules) {
        for (int i = from; i < to; i++) {
            if (text[i] < 0) {
                return Interest.JUDGE;
            }
        }
        return classify(text, from, to, rules);
    }

    private static int withoutByteOrderMark(byte[] text, int from, int to) {
        boolean marked = to - from >= 3
                && text[from] == (byte) 0xef
                && text[from + 1] == (byte) 0xbb
                && text[from + 2] == (byte) 0xbf;
        return marked ? from + 3 : from;
    }

    private static Interest greatest(StatementReader reader) {
        Interest greatest = Interest.NONE;
        while (reader.next()) {
            Interest interest = reader.interest();
            if (interest == Interest.JUDGE) {
                return interest;
            }
            if (interest.compareTo(greatest) > 0) {
                greatest = interest;
            }
            if (reader.setsSqlMode() && reader.position() < reader.limit()) {
                return reader.next() || reader.hasDirectives() ? Interest.JUDGE : greatest;
            }
        }
        return reader.hasDirectives() ? Interest.JUDGE : greatest;
    }
}
