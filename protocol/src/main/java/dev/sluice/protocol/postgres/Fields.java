package dev.sluice.protocol.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of an ErrorResponse or NoticeResponse by their codes (manual, "Error and Notice Message Fields"), in the
 * order in which they stood.
 */
public record Fields(Map<Character, String> byCode) {
    public static final char SEVERITY = 'S';
    public static final char SEVERITY_NOT_LOCALIZED = 'V';
    public static final char SQL_STATE = 'C';
    public static final char MESSAGE = 'M';
    public static final char DETAIL = 'D';
    public static final char HINT = 'H';
    public static final char POSITION = 'P';
    public static final char INTERNAL_POSITION = 'p';
    public static final char INTERNAL_QUERY = 'q';
    public static final char WHERE = 'W';
    public static final char SCHEMA = 's';
    public static final char TABLE = 't';
    public static final char COLUMN = 'c';
    public static final char DATA_TYPE = 'd';
    public static final char CONSTRAINT = 'n';
    public static final char FILE = 'F';
    public static final char LINE = 'L';
    public static final char ROUTINE = 'R';

    public Fields {
        byCode = Collections.unmodifiableMap(new LinkedHashMap<>(byCode));
    }

    /** What every error must have. */
    public static Fields of(String severity, String sqlState, String message) {
        Map<Character, String> fields = new LinkedHashMap<>();
        fields.put(SEVERITY, severity);
        fields.put(SEVERITY_NOT_LOCALIZED, severity);
        fields.put(SQL_STATE, sqlState);
        fields.put(MESSAGE, message);
        return new Fields(fields);
    }

    /** Reads the body of an ErrorResponse or NoticeResponse: all that is readable. */
    public static Fields read(ByteBuf body, Charset charset) {
        Map<Character, String> fields = new LinkedHashMap<>();
        while (body.isReadable()) {
            byte code = body.readByte();
            if (code == 0) {
                return new Fields(fields);
            }
            int length = body.bytesBefore((byte) 0);
            if (length < 0) {
                break;
            }
            fields.put((char) code, body.readCharSequence(length, charset).toString());
            body.skipBytes(1);
        }
        throw ProtocolException.violation("invalid error or notice message");
    }

    public Optional<String> get(char code) {
        return Optional.ofNullable(byCode.get(code));
    }

    public String text(char code) {
        return byCode.getOrDefault(code, "");
    }

    /** These fields with another value in one of them; an empty value removes the field. */
    public Fields with(char code, String value) {
        Map<Character, String> fields = new LinkedHashMap<>(byCode);
        if (value.isEmpty()) {
            fields.remove(code);
        } else {
            fields.put(code, value);
        }
        return new Fields(fields);
    }

    public Fields without(char... codes) {
        Map<Character, String> fields = new LinkedHashMap<>(byCode);
        for (char code : codes) {
            fields.remove(code);
        }
        return new Fields(fields);
    }
}
