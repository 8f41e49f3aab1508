package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;

/**
 * Follows one answer of the server's packet by packet, to know what each packet is and where the answer ends. Keeps no
 * bytes. Not thread-safe.
 *
 * <pre>
 * RESULT    FIRST ─ OK/ERR ─▶ done (or FIRST again when more results follow)
 *             └─ count ─▶ DEFINITIONS ─▶ [DEFINITIONS_END] ─▶ ROWS ─ end ─▶ done (or FIRST)
 * PREPARED  FIRST ─▶ DEFINITIONS ─▶ [end] ─▶ DEFINITIONS ─▶ [end] ─▶ done
 * LOGIN     FIRST … until OK or ERR
 * STREAM    FIRST … until EOF or ERR
 * </pre>
 */
public final class ResponseTracker {

    private enum Phase {
        FIRST,
        DEFINITIONS,
        DEFINITIONS_END,
        ROWS,
        DONE
    }

    private static final int PROGRESS_CODE = 0xFFFF;

    private boolean deprecateEof;
    private boolean optionalMetadata;
    private boolean cachedMetadata;
    private ResponseShape shape = ResponseShape.NOTHING;
    private Phase phase = Phase.DONE;
    private long definitions;
    private long definitionsAfter;
    private boolean continued;
    private boolean failed;
    private final StatusFlags status = new StatusFlags();
    private int statementId;

    /** Takes what client and server have agreed on. */
    public void capabilities(long agreed) {
        deprecateEof = Capabilities.has(agreed, Capabilities.DEPRECATE_EOF);
        optionalMetadata = Capabilities.has(agreed, Capabilities.OPTIONAL_RESULTSET_METADATA);
        cachedMetadata = Capabilities.has(agreed, Capabilities.MARIADB_CACHE_METADATA);
    }

    /** An answer of the given shape is what comes next. */
    public void begin(ResponseShape expected) {
        shape = expected;
        phase = expected == ResponseShape.NOTHING ? Phase.DONE : Phase.FIRST;
        if (expected == ResponseShape.ROWS) {
            phase = Phase.ROWS;
        }
        definitions = 0;
        definitionsAfter = 0;
        failed = false;
    }

    /** Whether the answer is complete, its last packet with all continuations included. */
    public boolean finished() {
        return phase == Phase.DONE && !continued;
    }

    /** Whether the answer ended with an error. */
    public boolean failed() {
        return failed;
    }

    /** The status flags that the server told last. */
    public int status() {
        return status.flags();
    }

    /** The number of the statement that was prepared last. */
    public int statementId() {
        return statementId;
    }

    /**
     * Whether a packet must be at hand as a whole before {@link #packet} may be called; others are known by their first
     * byte.
     *
     * @param first the packet's first byte, -1 when it is empty
     */
    public boolean needsWhole(int first, int length) {
        if (continued) {
            return false;
        }
        return switch (phase) {
            case FIRST ->
                switch (shape) {
                    case TEXT -> false;
                    case STREAM -> first == 0xFF || first == 0xFE && length < 9;
                    default -> true;
                };
            case DEFINITIONS -> shape == ResponseShape.FIELDS && isEnd(first, length) || first == 0xFF;
            case DEFINITIONS_END -> true;
            case ROWS -> isEnd(first, length) || first == 0xFF;
            case DONE -> true;
        };
    }

    /**
     * Takes the next packet of the answer.
     *
     * @param payload where the packet's bytes are, when {@link #needsWhole} asked for them
     * @param index of its first byte
     */
    public PacketRole packet(int first, int length, ByteBuf payload, int index) {
        if (continued) {
            continued = length == Packets.MAX_PAYLOAD;
            return PacketRole.CONTINUATION;
        }
        PacketRole role = switch (phase) {
            case FIRST -> first(first, length, payload, index);
            case DEFINITIONS -> definition(first, length, payload, index);
            case DEFINITIONS_END -> definitionsEnd(first, length, payload, index);
            case ROWS -> row(first, length, payload, index);
            case DONE -> throw new MalformedPacketException("the server sent a packet that nobody asked for");
        };
        continued = length == Packets.MAX_PAYLOAD;
        return role;
    }

    private PacketRole first(int first, int length, ByteBuf payload, int index) {
        return switch (shape) {
            case ACKNOWLEDGEMENT -> acknowledgement(first, length, payload, index);
            case TEXT -> {
                phase = Phase.DONE;
                yield first == 0xFF ? PacketRole.ERR : PacketRole.TEXT;
            }
            case RESULT -> result(first, length, payload, index);
            case PREPARED -> prepared(first, length, payload, index);
            case FIELDS -> {
                phase = Phase.DEFINITIONS;
                definitions = Long.MAX_VALUE;
                yield definition(first, length, payload, index);
            }
            case LOGIN -> login(first, length, payload, index);
            case STREAM -> stream(first, length, payload, index);
            case ROWS, NOTHING -> throw new IllegalStateException(shape + " has no first packet");
        };
    }

    private PacketRole acknowledgement(int first, int length, ByteBuf payload, int index) {
        if (first == 0xFF) {
            return error(length, payload, index);
        }
        if (first == 0xFE && length < 9) {
            return endOf(length, payload, index, PacketRole.OK);
        }
        return ok(first, length, payload, index);
    }

    private PacketRole login(int first, int length, ByteBuf payload, int index) {
        return switch (first) {
            case 0x00 -> ok(first, length, payload, index);
            case 0xFF -> error(length, payload, index);
            default -> PacketRole.AUTHENTICATION;
        };
    }

    /** An event begins with 0x00; the stream ends with EOF or ERR, and the connection takes commands again. */
    private PacketRole stream(int first, int length, ByteBuf payload, int index) {
        if (first == 0xFF) {
            return error(length, payload, index);
        }
        return first == 0xFE && length < 9 ? endOf(length, payload, index, PacketRole.ROWS_END) : PacketRole.TEXT;
    }

    private PacketRole result(int first, int length, ByteBuf payload, int index) {
        return switch (first) {
            case 0x00 -> ok(first, length, payload, index);
            case 0xFF -> error(length, payload, index);
            case 0xFB -> PacketRole.LOCAL_INFILE;
            default -> columnCount(length, payload, index);
        };
    }

    private PacketRole columnCount(int length, ByteBuf payload, int index) {
        ByteBuf in = payload.slice(index, length);
        boolean follows = true;
        if (optionalMetadata) {
            Packets.need(in, 1);
            follows = in.readByte() != 0;
        }
        definitions = Packets.readLenenc(in);
        if (cachedMetadata && in.isReadable()) {
            follows = in.readByte() != 0;
        }
        if (definitions <= 0) {
            throw new MalformedPacketException("a result without columns");
        }
        if (!follows) {
            definitions = 0;
        }
        phase = definitions > 0 ? Phase.DEFINITIONS : afterDefinitions();
        return PacketRole.COLUMN_COUNT;
    }

    private PacketRole prepared(int first, int length, ByteBuf payload, int index) {
        if (first == 0xFF) {
            return error(length, payload, index);
        }
        ByteBuf in = payload.slice(index, length);
        Packets.need(in, 9);
        in.skipBytes(1);
        statementId = in.readIntLE();
        int columns = in.readUnsignedShortLE();
        int parameters = in.readUnsignedShortLE();
        boolean follows = !optionalMetadata || length < 13 || payload.getByte(index + 12) != 0;
        definitions = follows ? parameters : 0;
        definitionsAfter = follows ? columns : 0;
        if (definitions == 0) {
            definitions = definitionsAfter;
            definitionsAfter = 0;
        }
        phase = definitions == 0 ? Phase.DONE : Phase.DEFINITIONS;
        return PacketRole.PREPARE_OK;
    }

    private PacketRole definition(int first, int length, ByteBuf payload, int index) {
        if (first == 0xFF) {
            return error(length, payload, index);
        }
        if (shape == ResponseShape.FIELDS && isEnd(first, length)) {
            return rowsEnd(length, payload, index);
        }
        if (--definitions == 0) {
            phase = afterDefinitions();
        }
        return PacketRole.DEFINITION;
    }

    /** Without CLIENT_DEPRECATE_EOF an EOF packet stands behind definitions, also behind ones that were left out. */
    private Phase afterDefinitions() {
        if (!deprecateEof) {
            return Phase.DEFINITIONS_END;
        }
        return shape == ResponseShape.PREPARED ? nextDefinitions() : Phase.ROWS;
    }

    private Phase nextDefinitions() {
        definitions = definitionsAfter;
        definitionsAfter = 0;
        return definitions == 0 ? Phase.DONE : Phase.DEFINITIONS;
    }

    private PacketRole definitionsEnd(int first, int length, ByteBuf payload, int index) {
        if (first == 0xFF) {
            return error(length, payload, index);
        }
        if (first != 0xFE || length >= 9) {
            throw new MalformedPacketException("no EOF packet behind the column definitions");
        }
        if (shape == ResponseShape.PREPARED) {
            phase = nextDefinitions();
            return PacketRole.DEFINITIONS_END;
        }
        status.ofEof(length, payload, index);
        if (status.has(ServerStatus.CURSOR_EXISTS)) {
            return finish(PacketRole.ROWS_END);
        }
        phase = Phase.ROWS;
        return PacketRole.DEFINITIONS_END;
    }

    private PacketRole row(int first, int length, ByteBuf payload, int index) {
        if (first == 0xFF) {
            return error(length, payload, index);
        }
        return isEnd(first, length) ? rowsEnd(length, payload, index) : PacketRole.ROW;
    }

    /** A row that begins with 0xFE has a value of 16 MiB or more, so its packet is a full one. */
    private boolean isEnd(int first, int length) {
        return first == 0xFE && (deprecateEof ? length < Packets.MAX_PAYLOAD : length < 9);
    }

    private PacketRole rowsEnd(int length, ByteBuf payload, int index) {
        if (!deprecateEof) {
            return endOf(length, payload, index, PacketRole.ROWS_END);
        }
        status.ofOk(length, payload, index);
        return finish(PacketRole.ROWS_END);
    }

    private PacketRole endOf(int length, ByteBuf payload, int index, PacketRole role) {
        status.ofEof(length, payload, index);
        return finish(role);
    }

    private PacketRole ok(int first, int length, ByteBuf payload, int index) {
        if (first != 0x00 && first != 0xFE) {
            throw new MalformedPacketException("neither OK nor ERR: " + first);
        }
        status.ofOk(length, payload, index);
        return finish(PacketRole.OK);
    }

    private PacketRole finish(PacketRole role) {
        boolean more = shape == ResponseShape.RESULT && status.has(ServerStatus.MORE_RESULTS_EXIST);
        phase = more ? Phase.FIRST : Phase.DONE;
        return role;
    }

    private PacketRole error(int length, ByteBuf payload, int index) {
        if (length < 3) {
            throw new MalformedPacketException("an ERR packet without a code");
        }
        if (payload.getUnsignedShortLE(index + 1) == PROGRESS_CODE) {
            return PacketRole.PROGRESS;
        }
        failed = true;
        phase = Phase.DONE;
        return PacketRole.ERR;
    }
}
