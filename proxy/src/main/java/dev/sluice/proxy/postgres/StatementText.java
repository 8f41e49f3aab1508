package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.protocol.postgres.FrontendMessage;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;

/** Hands a message's text to the classifier, as the session's settings want it read. */
final class StatementText {
    private static final int SCRATCH_BYTES = 16 << 10;
    private static final int MAX_SCRATCH_BYTES = 1 << 20;

    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[SCRATCH_BYTES];
        }
    };

    private final Relay relay;
    private final SessionSettings settings;
    private final InFlight inFlight;

    StatementText(Relay relay, SessionSettings settings, InFlight inFlight) {
        this.relay = relay;
        this.settings = settings;
        this.inFlight = inFlight;
    }

    /** The interest of a whole Query or Parse that stands in a buffer. */
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
        LexicalRules rules = settings.rules();
        byte[] text = bytes;
        int to = length;
        if (!settings.encoding().asciiSafe() && !isAscii(bytes, length)) {
            text = new String(bytes, 0, length, settings.encoding().charset()).getBytes(StandardCharsets.UTF_8);
            to = text.length;
        }
        Interest interest = relay.classifier().classify(text, 0, to, rules);
        if (interest == Interest.JUDGE || inFlight.isEmpty() || !hasBackslash(text, to)) {
            return interest;
        }
        // What is still running may change how a backslash is read: what is suspicious either way is held.
        LexicalRules other = new LexicalRules(rules.version(), !rules.standardConformingStrings(), false, false);
        Interest otherwise = relay.classifier().classify(text, 0, to, other);
        return otherwise.compareTo(interest) > 0 ? otherwise : interest;
    }

    private static boolean hasBackslash(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    private static boolean isAscii(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }
}
