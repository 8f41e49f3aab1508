package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.protocol.postgres.FrontendMessage;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.protocol.postgres.ProtocolException;
import dev.sluice.proxy.session.BulkWrite;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of a client's messages are held: those with text of interest, and the messages that name a prepared
 * statement or a portal of one.
 */
final class Admission {
    private static final int MAX_NAMES_BYTES = 64 << 10;

    private final Session session;
    private final TextInterest text;
    private final BulkGate bulk;
    private Interest heldFor = Interest.NONE;

    Admission(Session session, BulkGate bulk) {
        this.session = session;
        this.bulk = bulk;
        this.text = new TextInterest(session.relay, session.settings, session.database());
    }

    /**
     * Decides on a message of which at least the header is there; what is forwarded counts as sent.
     *
     * @param holding what the session holds, if it ever has held anything
     */
    Verdict admit(@Nullable Interception holding, byte type, int length, ByteBuf in, int at, boolean whole) {
        if (holding != null && !holding.passes(type)) {
            return Verdict.MORE;
        }
        return switch (type) {
            case FrontendType.QUERY -> query(in, at, length, whole);
            case FrontendType.PARSE -> parse(in, at, length, whole);
            case FrontendType.FUNCTION_CALL -> call(in, at, length, whole);
            case FrontendType.BIND ->
                mustWait(in, at, length) ? waiting(whole) : named(holding, type, in, at, length, whole);
            case FrontendType.DESCRIBE, FrontendType.EXECUTE, FrontendType.CLOSE ->
                named(holding, type, in, at, length, whole);
            case FrontendType.COPY_DATA -> bulk.isRunning() && !bulk.mayCopy(length) ? Verdict.MORE : forward(type);
            case FrontendType.TERMINATE -> {
                session.end().terminated();
                yield forward(type);
            }
            default -> forward(type);
        };
    }

    /** The interest, by its words alone, of the text of the Query or Parse that was held last. */
    Interest heldFor() {
        return heldFor;
    }

    /** Most sessions have no statement of interest. */
    private Verdict named(@Nullable Interception holding, byte type, ByteBuf in, int at, int length, boolean whole) {
        return holding != null && (!holding.prepared.isEmpty() || holding.isWatched())
                ? named(holding.prepared, type, in, at, length, whole)
                : forward(type);
    }

    private Verdict query(ByteBuf in, int at, int length, boolean whole) {
        if (length > session.relay.config().limits().statementBytes()) {
            return Verdict.DROP;
        }
        if (!whole) {
            return Verdict.MORE;
        }
        if (session.isReplication()
                && ReplicationCommand.leads(in, at + FrontendMessage.HEADER_BYTES, at + length + 1)) {
            return forward(FrontendType.QUERY);
        }
        Interest interest = text.interest(FrontendType.QUERY, in, at, at + length + 1);
        heldFor = interest;
        if (interest == Interest.JUDGE || session.isWatched()) {
            return hold(BulkWrite.ORDINARY);
        }
        BulkWrite write = bulk.look(interest, text);
        boolean waits = write.paced() || bulk.isBeginOwing(text);
        if (waits && !bulk.mayBegin(write)) {
            return held();
        }
        if (text.mayCall() || write.judged() || executesByName(FrontendType.QUERY, in, at, at + length + 1)) {
            return hold(write);
        }
        return write.paced() ? forward(InFlight.BULK_QUERY, write) : forward(FrontendType.QUERY);
    }

    /** Functions of the server's own are called as they stand, but for those that run what they are given. */
    private Verdict call(ByteBuf in, int at, int length, boolean whole) {
        if (!whole && in.writerIndex() - at < FrontendMessage.HEADER_BYTES + Integer.BYTES) {
            return Verdict.MORE;
        }
        if (FunctionCalls.isPlain(FrontendMessage.functionOf(in, at, in.writerIndex()))) {
            return forward(FrontendType.FUNCTION_CALL);
        }
        if (length > session.relay.config().limits().statementBytes()) {
            return Verdict.DROP;
        }
        return whole ? hold(BulkWrite.ORDINARY) : Verdict.MORE;
    }

    /** @param write what it is, should it be forwarded after all */
    private Verdict hold(BulkWrite write) {
        bulk.held(write);
        return Verdict.HOLD;
    }

    /** What waits stays where it is; once it was cancelled it is taken, and answered. */
    private Verdict held() {
        return bulk.isCancelled() ? Verdict.HOLD : Verdict.MORE;
    }

    private Verdict parse(ByteBuf in, int at, int length, boolean whole) {
        if (length > session.relay.config().limits().statementBytes()) {
            return Verdict.DROP;
        }
        if (!whole) {
            return Verdict.MORE;
        }
        int end = at + length + 1;
        Interest interest = text.interest(FrontendType.PARSE, in, at, end);
        heldFor = interest;
        if (interest == Interest.JUDGE) {
            return hold(BulkWrite.ORDINARY);
        }
        BulkWrite write = bulk.look(interest, text);
        boolean waits = write.paced() || bulk.isBeginOwing(text);
        boolean begins = text.beginsTransaction();
        if (waits && !bulk.mayBegin(write)) {
            return held();
        }
        if (text.mayCall() || write.judged() || executesByName(FrontendType.PARSE, in, at, end)) {
            return hold(write);
        }
        if (begins || bulk.hasBegin()) {
            bulk.prepared(FrontendMessage.parse(in, at, end).statement(), begins);
        }
        boolean watched = session.isWatched();
        if (write.paced() || session.prepared() != null || watched) {
            String sql = watched ? decoded(FrontendType.PARSE, in, at, end) : "";
            remember(FrontendMessage.parse(in, at, end).statement(), interest, sql, write);
        }
        return forward(FrontendType.PARSE);
    }

    /** @param sql where it is wanted */
    private void remember(String name, Interest interest, String sql, BulkWrite write) {
        Prepared prepared = session.interception().prepared;
        if ((write.paced() || !sql.isEmpty()) && !prepared.isFull()) {
            Interest kept = write.paced() ? Interest.BULK_WRITE : interest;
            prepared.parsed(name, new Prepared.Statement(kept, sql, StandardCharsets.UTF_8, false, write));
        } else {
            prepared.forgetStatement(name);
        }
    }

    /** Whether a Bind begins a transaction block and must wait for that. */
    private boolean mustWait(ByteBuf in, int at, int length) {
        int end = Math.min(in.writerIndex(), at + length + 1);
        return bulk.isBeginOwing(in, at, end) && !bulk.mayBegin(BulkWrite.ORDINARY);
    }

    /** A message that waits. */
    private Verdict waiting(boolean whole) {
        return bulk.isCancelled() && whole ? Verdict.HOLD : Verdict.MORE;
    }

    /** Bind, Describe, Execute or Close in a session that has statements of interest. */
    private Verdict named(Prepared prepared, byte type, ByteBuf in, int at, int length, boolean whole) {
        int end = at + length + 1;
        if (type == FrontendType.BIND) {
            return bind(prepared, in, at, length, whole);
        }
        if (!whole) {
            return Verdict.MORE;
        }
        return switch (type) {
            case FrontendType.EXECUTE -> {
                Prepared.Portal portal =
                        prepared.portal(FrontendMessage.execute(in, at, end).portal());
                if (portal == null) {
                    yield forward(type);
                }
                yield executes(portal.statement);
            }
            case FrontendType.DESCRIBE -> {
                FrontendMessage.Describe describe = FrontendMessage.describe(in, at, end);
                yield isVirtual(prepared, describe.kind(), describe.name()) ? Verdict.HOLD : forward(type);
            }
            default -> {
                FrontendMessage.Close close = FrontendMessage.close(in, at, end);
                if (isVirtual(prepared, close.kind(), close.name())) {
                    yield Verdict.HOLD;
                }
                forget(prepared, close);
                yield forward(type);
            }
        };
    }

    private Verdict executes(Prepared.Statement statement) {
        return switch (statement.interest()) {
            case JUDGE -> {
                boolean harmless = statement.calls() && !session.isWatched() && !text.mayCall(statement.text());
                yield harmless ? executed(statement.write()) : hold(statement.write());
            }
            case NONE -> session.isWatched() ? hold(BulkWrite.ORDINARY) : forward(FrontendType.EXECUTE);
            case BULK_WRITE ->
                session.isWatched() ? hold(statement.write()) : forward(InFlight.BULK_EXECUTE, statement.write());
        };
    }

    private Verdict executed(BulkWrite write) {
        return write.paced() ? forward(InFlight.BULK_EXECUTE, write) : forward(FrontendType.EXECUTE);
    }

    private static void forget(Prepared prepared, FrontendMessage.Close close) {
        if (close.kind() == 'S') {
            prepared.forgetStatement(close.name());
        } else {
            prepared.forgetPortal(close.name());
        }
    }

    private static boolean isVirtual(Prepared prepared, byte kind, String name) {
        if (kind == 'S') {
            Prepared.Statement statement = prepared.statement(name);
            return statement != null && statement.virtual();
        }
        Prepared.Portal portal = prepared.portal(name);
        return portal != null && portal.statement.virtual();
    }

    /** A Bind may carry megabytes of parameters: only its names are waited for, unless the statement is of interest. */
    private Verdict bind(Prepared prepared, ByteBuf in, int at, int length, boolean whole) {
        int end = Math.min(in.writerIndex(), at + length + 1);
        FrontendMessage.BindNames names = FrontendMessage.bindNames(in, at, end);
        if (names == null) {
            if (whole || end - at > MAX_NAMES_BYTES) {
                throw ProtocolException.violation("invalid string in message");
            }
            return Verdict.MORE;
        }
        Prepared.Statement statement = prepared.statement(names.statement());
        if ((statement == null || statement.text().isEmpty()) && session.isWatched() && !prepared.isFull()) {
            statement = byName(names.statement(), statement);
        }
        if (statement == null) {
            prepared.forgetPortal(names.portal());
            return forward(FrontendType.BIND);
        }
        if (statement.virtual()) {
            if (length > session.relay.config().limits().statementBytes()) {
                throw ProtocolException.violation("parameters for a gateway command");
            }
            return whole ? Verdict.HOLD : Verdict.MORE;
        }
        if (statement.write().paced() && !bulk.mayBegin(statement.write())) {
            return waiting(whole);
        }
        prepared.bound(names.portal(), new Prepared.Portal(statement, new short[0]));
        return forward(FrontendType.BIND);
    }

    /** A statement whose text is not known here; the server knows it by this one. */
    private static Prepared.Statement byName(String name, Prepared.@Nullable Statement known) {
        String text = "EXECUTE " + SqlText.quoteIdentifier(Dialect.POSTGRES, name);
        return new Prepared.Statement(
                known == null ? Interest.NONE : known.interest(),
                text,
                StandardCharsets.UTF_8,
                false,
                known == null ? BulkWrite.ORDINARY : known.write());
    }

    private Verdict forward(byte type) {
        session.sent(type);
        return Verdict.FORWARD;
    }

    private Verdict forward(byte as, BulkWrite write) {
        bulk.sent(write);
        return forward(as);
    }

    /** SQL's EXECUTE also runs what was prepared by the protocol. */
    private boolean executesByName(byte type, ByteBuf in, int at, int end) {
        Prepared prepared = session.prepared();
        return prepared != null
                && prepared.hasNamed()
                && ExecuteByName.of(prepared, decoded(type, in, at, end)).isPresent();
    }

    private String decoded(byte type, ByteBuf in, int at, int end) {
        Charset charset = session.settings.encoding().charset();
        if (type == FrontendType.QUERY) {
            return TextInterest.decode(in, at + FrontendMessage.HEADER_BYTES, end - 1, charset)
                    .text();
        }
        FrontendMessage.Parse parse = FrontendMessage.parse(in, at, end);
        return TextInterest.decode(in, parse.textStart(), parse.textEnd(), charset)
                .text();
    }
}
