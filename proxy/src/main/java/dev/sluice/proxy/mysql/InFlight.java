package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ResponseShape;
import dev.sluice.proxy.session.ServerError;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A command that the server has got and whose answer is still to come. */
sealed interface InFlight {

    ResponseShape shape();

    /** The client's own, of no further interest. Shared: one value for each shape. */
    record Plain(ResponseShape shape) implements InFlight {
        private static final Map<ResponseShape, Plain> ALL = new EnumMap<>(ResponseShape.class);

        static {
            for (ResponseShape shape : ResponseShape.values()) {
                ALL.put(shape, new Plain(shape));
            }
        }

        static Plain of(ResponseShape shape) {
            Plain plain = ALL.get(shape);
            return plain == null ? new Plain(shape) : plain;
        }
    }

    /** The client's own, of which it is told how many rows it wrote. */
    record BulkWrite() implements InFlight {
        static final BulkWrite INSTANCE = new BulkWrite();

        @Override
        public ResponseShape shape() {
            return ResponseShape.RESULT;
        }
    }

    /** The client's own, which may write many rows and is not paced. */
    record LargeWrite() implements InFlight {
        static final LargeWrite INSTANCE = new LargeWrite();

        @Override
        public ResponseShape shape() {
            return ResponseShape.RESULT;
        }
    }

    /** The client's own, of which only the beginning was read before it went on: what it hides is found on the way. */
    record Followed(LongText text, ResponseShape shape) implements InFlight {}

    /** A COM_STMT_PREPARE of a text that is judged when it is executed, or paced. */
    record Prepare(Optional<Prepared> judged, dev.sluice.proxy.session.BulkWrite write) implements InFlight {
        static Prepare judged(Prepared prepared) {
            return new Prepare(Optional.of(prepared), dev.sluice.proxy.session.BulkWrite.ORDINARY);
        }

        static Prepare paced(dev.sluice.proxy.session.BulkWrite write) {
            return new Prepare(Optional.empty(), write);
        }

        @Override
        public ResponseShape shape() {
            return ResponseShape.PREPARED;
        }
    }

    /** Makes a new session of the connection: prepared statements are gone. */
    record Reset(ResponseShape shape, Optional<String> user) implements InFlight {}

    /** Asked by the gateway; the client sees nothing of the answer. */
    record Injected(ResultCollector collector, ResponseShape shape) implements InFlight {}

    /**
     * One statement of a message, whose answer the client sees among others.
     *
     * @param last whether no further statement of the message is answered behind it
     */
    record Piece(boolean last, CompletableFuture<Optional<ServerError>> done) implements InFlight {
        @Override
        public ResponseShape shape() {
            return ResponseShape.RESULT;
        }
    }

    /** The client's message, whose outcome must be written down before the client is told of it. */
    record Reported(ReportedAnswer report) implements InFlight {
        @Override
        public ResponseShape shape() {
            return ResponseShape.RESULT;
        }
    }
}
