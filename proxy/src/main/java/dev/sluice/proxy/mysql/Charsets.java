package dev.sluice.proxy.mysql;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The server's character sets as Java's. One that is not known is read byte for byte, which loses nothing. */
final class Charsets {

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("utf8", "UTF-8"),
            Map.entry("utf8mb3", "UTF-8"),
            Map.entry("utf8mb4", "UTF-8"),
            // Its strings are bytes, but names in it are read as they are kept.
            Map.entry("binary", "UTF-8"),
            Map.entry("ascii", "US-ASCII"),
            Map.entry("latin1", "windows-1252"),
            Map.entry("latin2", "ISO-8859-2"),
            Map.entry("latin5", "ISO-8859-9"),
            Map.entry("latin7", "ISO-8859-13"),
            Map.entry("greek", "ISO-8859-7"),
            Map.entry("hebrew", "ISO-8859-8"),
            Map.entry("cp1250", "windows-1250"),
            Map.entry("cp1251", "windows-1251"),
            Map.entry("cp1256", "windows-1256"),
            Map.entry("cp1257", "windows-1257"),
            Map.entry("cp850", "IBM850"),
            Map.entry("cp852", "IBM852"),
            Map.entry("cp866", "IBM866"),
            // Its letters are not these, but what is blank in it is blank here, and every byte comes back as it was.
            Map.entry("keybcs2", "IBM852"),
            Map.entry("koi8r", "KOI8-R"),
            Map.entry("koi8u", "KOI8-U"),
            Map.entry("tis620", "TIS-620"),
            Map.entry("gbk", "GBK"),
            Map.entry("gb2312", "GB2312"),
            Map.entry("gb18030", "GB18030"),
            Map.entry("big5", "Big5"),
            Map.entry("euckr", "EUC-KR"),
            Map.entry("ujis", "EUC-JP"),
            Map.entry("eucjpms", "EUC-JP"),
            Map.entry("sjis", "Shift_JIS"),
            Map.entry("cp932", "windows-31j"));

    private static final Set<String> AMBIGUOUS = Set.of("GBK", "GB18030", "Big5", "Shift_JIS", "windows-31j");

    private Charsets() {}

    static Charset of(String mysqlName) {
        String name = NAMES.get(mysqlName.toLowerCase(Locale.ROOT));
        return name != null && Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.ISO_8859_1;
    }

    /** The charset that a text can be read in without loss: the session's, unless the text is not valid in it. */
    static Charset fitting(byte[] text, Charset session) {
        try {
            String decoded = session.newDecoder().decode(ByteBuffer.wrap(text)).toString();
            return Arrays.equals(decoded.getBytes(session), text) ? session : StandardCharsets.ISO_8859_1;
        } catch (CharacterCodingException e) {
            return StandardCharsets.ISO_8859_1;
        }
    }

    /** Whether a byte below 0x80 may be the second one of a character. */
    static boolean isAmbiguous(Charset charset) {
        return AMBIGUOUS.contains(charset.name());
    }

    static String lossless(byte[] text) {
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
