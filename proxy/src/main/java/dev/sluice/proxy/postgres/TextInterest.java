package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.WriteText;
import dev.sluice.protocol.postgres.FrontendMessage;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.proxy.session.CallScreen;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Hands a message's text to the classifier, as the session's settings want it read. */
final class TextInterest {
    private static final int SCRATCH_BYTES = 16 << 10;
    private static final int MAX_SCRATCH_BYTES = 1 << 20;
    /** A longer text does more than begin a block. */
    private static final int BEGIN_BYTES = 80;

    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[SCRATCH_BYTES];
        }
    };

    private final Relay relay;
    private final SessionSettings settings;
    private final CallScreen calls;
    private byte[] text = {};
    private int textLength;

    /** @param database that the session is in */
    TextInterest(Relay relay, SessionSettings settings, String database) {
        this.relay = relay;
        this.calls = relay.classifier().calls(database);
        this.settings = settings;
    }

    /** The interest, by its words, of a whole Query or Parse that stands in a buffer. */
    Interest interest(byte type, ByteBuf in, int start, int end) {
        int from;
        int to;
        if (type == FrontendType.QUERY) {
            from = start + FrontendMessage.HEADER_BYTES;
            to = FrontendMessage.queryTextEnd(in, start, end);
        } else {
            FrontendMessage.Parse parse = FrontendMessage.parse(in, start, end);
            from = parse.textStart();
            to = parse.textEnd();
        }
        int length = to - from;
        byte[] bytes = scratch(length);
        in.getBytes(from, bytes, 0, length);
        return interest(bytes, length);
    }

    /** The text that was looked at last, in UTF-8 up to {@link #length}; valid until another session's is. */
    byte[] bytes() {
        return text;
    }

    int length() {
        return textLength;
    }

    /** Whether that text begins a transaction block. */
    boolean beginsTransaction() {
        return textLength <= BEGIN_BYTES && WriteText.beginsTransaction(text, textLength);
    }

    private static byte[] scratch(int length) {
        byte[] bytes = SCRATCH.get();
        if (bytes.length >= length) {
            return bytes;
        }
        byte[] larger = new byte[length + (length >> 1)];
        if (larger.length <= MAX_SCRATCH_BYTES) {
            SCRATCH.set(larger);
        }
        return larger;
    }

    private Interest interest(byte[] bytes, int length) {
        if (settings.encoding().asciiSafe() || isAscii(bytes, length)) {
            text = bytes;
            textLength = length;
        } else {
            text = new String(bytes, 0, length, settings.encoding().charset()).getBytes(StandardCharsets.UTF_8);
            textLength = text.length;
        }
        return relay.classifier().classify(text, 0, textLength, settings.rules());
    }

    /** Whether the text that was looked at last may change a schema by what it calls. */
    boolean mayCall() {
        return calls.mayCall(text, textLength);
    }

    /** Whether a text that was of interest by what it calls alone still is, by what is known now. */
    boolean mayCall(String statement) {
        byte[] bytes = statement.getBytes(StandardCharsets.UTF_8);
        return calls.mayCall(bytes, bytes.length);
    }

    /** A text as characters; when its bytes are not what the session's encoding allows, each byte stays one character. */
    static Decoded decode(ByteBuf in, int from, int to, Charset charset) {
        ByteBuffer bytes = in.nioBuffer(from, to - from);
        try {
            return new Decoded(charset.newDecoder().decode(bytes).toString(), charset);
        } catch (CharacterCodingException e) {
            return new Decoded(in.toString(from, to - from, StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1);
        }
    }

    /** @param charset turns the text, or an edited one, back into the bytes that the server expects */
    record Decoded(String text, Charset charset) {}

    private static boolean isAscii(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }
}
