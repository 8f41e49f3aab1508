package dev.sluice.proxy.mysql;

/** Why a message is held, and what the client waits for. */
sealed interface Hold {

    /** The text that is meant, as it was sent; empty where there is none. */
    byte[] sql();

    /** @param packets of how many packets the message is made; the answer's numbers go on from there */
    record Query(byte[] sql, int packets) implements Hold {}

    /**
     * A statement is prepared that is judged when it is executed: the modes of this moment are those that it keeps.
     *
     * @param own whether the gateway answers it itself, and the server gets to know nothing of it
     */
    record Prepare(byte[] sql, int packets, boolean own) implements Hold {}

    /**
     * A prepared statement is executed.
     *
     * @param own whether the server knows nothing of it
     */
    record Execute(Prepared prepared, boolean own) implements Hold {
        @Override
        public byte[] sql() {
            return prepared.sql();
        }
    }

    /** Something else is asked of a statement that the server knows nothing of. */
    record TouchOwn(boolean reset) implements Hold {
        private static final byte[] NONE = {};

        @Override
        public byte[] sql() {
            return NONE;
        }
    }
}
