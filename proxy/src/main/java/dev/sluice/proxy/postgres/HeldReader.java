package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.protocol.postgres.FrontendMessage;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.proxy.session.BulkWrite;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the messages that {@link Admission} wants held: what they say, and what is to be judged of it. */
final class HeldReader {
    private final Session session;
    private final BulkGate bulk;

    HeldReader(Session session, BulkGate bulk) {
        this.session = session;
        this.bulk = bulk;
    }

    /**
     * Reads a message that is to be held.
     *
     * @param interest in a Query's or Parse's text, by its words alone
     * @return null when there is nothing to wait for and it can be forwarded
     */
    @Nullable
    Held read(byte type, ByteBuf message, Interest interest) {
        int start = message.readerIndex();
        int end = message.writerIndex();
        Charset charset = session.settings.encoding().charset();
        Prepared prepared = session.interception().prepared;
        if (bulk.takeCancelled()) {
            return refused(message, isSimple(type), Refusals.cancelled());
        }
        return switch (type) {
            case FrontendType.QUERY -> {
                TextInterest.Decoded decoded = TextInterest.decode(message, start + 5, end - 1, charset);
                Optional<String> name = ExecuteByName.of(prepared, decoded.text());
                if (name.isPresent()) {
                    yield refused(message, true, Refusals.executeByName(name.get()));
                }
                yield new Held.Query(message, decoded.text(), decoded.charset());
            }
            case FrontendType.FUNCTION_CALL ->
                new Held.FunctionCall(message, FrontendMessage.functionCall(message, start, end));
            case FrontendType.PARSE -> heldParse(prepared, message, charset, interest);
            case FrontendType.BIND -> {
                FrontendMessage.Bind bind = FrontendMessage.bind(message, start, end);
                Prepared.Statement statement = prepared.statement(bind.statement());
                if (statement == null) {
                    yield null;
                }
                yield new Held.VirtualBind(message, bind, statement);
            }
            case FrontendType.DESCRIBE -> {
                FrontendMessage.Describe describe = FrontendMessage.describe(message, start, end);
                Prepared.Portal as = described(prepared, describe);
                if (as == null) {
                    yield null;
                }
                yield new Held.VirtualDescribe(message, describe.kind() != 'S', as);
            }
            case FrontendType.CLOSE -> new Held.VirtualClose(message, FrontendMessage.close(message, start, end));
            default -> {
                FrontendMessage.Execute execute = FrontendMessage.execute(message, start, end);
                Prepared.Portal portal = prepared.portal(execute.portal());
                if (portal == null) {
                    yield null;
                }
                yield portal.statement.virtual()
                        ? new Held.VirtualExecute(message, portal, execute.maxRows())
                        : new Held.Execute(message, portal.statement);
            }
        };
    }

    /** Whether the server answers such a message with ReadyForQuery by itself. */
    static boolean isSimple(byte type) {
        return type == FrontendType.QUERY || type == FrontendType.FUNCTION_CALL;
    }

    private static Held refused(ByteBuf message, boolean simple, ServerError error) {
        message.release();
        return new Held.Refused(Unpooled.EMPTY_BUFFER, simple, error);
    }

    private static Prepared.@Nullable Portal described(Prepared prepared, FrontendMessage.Describe describe) {
        if (describe.kind() != 'S') {
            return prepared.portal(describe.name());
        }
        Prepared.Statement statement = prepared.statement(describe.name());
        return statement == null ? null : new Prepared.Portal(statement, new short[0]);
    }

    private @Nullable Held heldParse(Prepared prepared, ByteBuf message, Charset charset, Interest interest) {
        FrontendMessage.Parse parse = FrontendMessage.parse(message, message.readerIndex(), message.writerIndex());
        TextInterest.Decoded decoded = TextInterest.decode(message, parse.textStart(), parse.textEnd(), charset);
        Optional<String> name = ExecuteByName.of(prepared, decoded.text());
        if (name.isPresent()) {
            return refused(message, false, Refusals.executeByName(name.get()));
        }
        boolean virtual = isGatewayCommand(decoded.text(), session.settings.rules());
        BulkWrite write = bulk.takeHeld();
        Prepared.Statement statement = new Prepared.Statement(
                Interest.JUDGE,
                decoded.text(),
                decoded.charset(),
                virtual,
                write,
                !write.judged() && interest != Interest.JUDGE);
        if (prepared.isFull()) {
            return refused(message, false, Refusals.tooManyStatements());
        }
        if (virtual) {
            return new Held.VirtualParse(message, parse.statement(), statement);
        }
        prepared.parsed(parse.statement(), statement);
        return null;
    }

    /** Whether the server would not know what to make of it, and it does nothing before it is executed. */
    static boolean isGatewayCommand(String text, LexicalRules rules) {
        List<StatementText> statements = Splitter.splitWithoutDirectives(text, rules);
        if (statements.size() != 1) {
            return false;
        }
        return switch (statements.getFirst().kind()) {
            case GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> true;
            case SCHEMA_CHANGE, OPAQUE, TRANSACTION, SETTING, DATA -> false;
        };
    }

    static boolean isSingle(String text, LexicalRules rules) {
        return Splitter.splitWithoutDirectives(text, rules).size() == 1;
    }
}
