package dev.sluice.protocol.postgres;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;

/**
 * PostgreSQL's {@code client_encoding}: how a session's text is read (manual, "Character Set Support").
 *
 * @param charset one that keeps every byte when the encoding is not known: text in it can still be sliced and sent back
 * @param asciiSafe whether no byte below 0x80 is ever part of a longer character. In the others (SJIS, BIG5, GBK, UHC,
 *     GB18030, JOHAB, SHIFT_JIS_2004) a second byte may look like a backslash or a letter.
 */
public record ClientEncoding(Charset charset, boolean asciiSafe) {
    public static final ClientEncoding UTF8 = new ClientEncoding(StandardCharsets.UTF_8, true);

    private static final ClientEncoding BYTES = new ClientEncoding(StandardCharsets.ISO_8859_1, true);

    /** @param name as the server reports it in ParameterStatus */
    public static ClientEncoding named(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return switch (upper) {
            case "UTF8", "UNICODE", "UTF-8" -> UTF8;
            case "SQL_ASCII", "MULE_INTERNAL", "LATIN1" -> BYTES;
            case "SJIS", "MSKANJI", "SHIFTJIS", "WIN932", "WINDOWS932" -> unsafe("windows-31j");
            case "SHIFT_JIS_2004" -> unsafe("x-SJIS_0213");
            case "BIG5", "WIN950", "WINDOWS950" -> unsafe("Big5");
            case "GBK", "WIN936", "WINDOWS936" -> unsafe("GBK");
            case "UHC", "WIN949", "WINDOWS949" -> unsafe("MS949");
            case "GB18030" -> unsafe("GB18030");
            case "JOHAB" -> unsafe("x-Johab");
            default -> safe(upper);
        };
    }

    private static ClientEncoding unsafe(String charset) {
        Charset found = find(charset);
        return new ClientEncoding(found == null ? StandardCharsets.ISO_8859_1 : found, false);
    }

    private static ClientEncoding safe(String upper) {
        String java = upper.startsWith("WIN") && !upper.startsWith("WINDOWS")
                ? "windows-" + upper.substring(3)
                : switch (upper) {
                    case "LATIN2", "LATIN3", "LATIN4" -> "ISO-8859-" + upper.charAt(5);
                    case "LATIN5" -> "ISO-8859-9";
                    case "LATIN7" -> "ISO-8859-13";
                    case "LATIN9" -> "ISO-8859-15";
                    case "KOI8R" -> "KOI8-R";
                    case "KOI8U" -> "KOI8-U";
                    case "EUC_JP" -> "EUC-JP";
                    case "EUC_KR" -> "EUC-KR";
                    case "EUC_CN" -> "GB2312";
                    default -> upper.startsWith("ISO_8859_") ? "ISO-8859-" + upper.substring(9) : "ISO-8859-1";
                };
        Charset found = find(java);
        return found == null ? BYTES : new ClientEncoding(found, true);
    }

    private static @org.jspecify.annotations.Nullable Charset find(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return null;
        }
    }
}
