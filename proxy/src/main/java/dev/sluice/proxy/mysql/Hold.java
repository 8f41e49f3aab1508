package dev.sluice.proxy.mysql;

/** Why a message is held, and what the client waits for. */
sealed interface Hold {

    /** The text that is meant, as it was sent; empty where there is none. */
    byte[] sql();

    /** @param packets of how many packets the message is made; the answer's numbers go on from there */
    record Query(byte[] sql, int packets) implements Hold {}

    /** A statement that the gateway answers itself is prepared. */
    record PrepareOwn(byte[] sql, int packets) implements Hold {}

    /**
     * A prepared statement is executed.
     *
     * @param own whether the server knows nothing of it
     */
    record Execute(byte[] sql, boolean own) implements Hold {}

    /** Something else is asked of a statement that the server knows nothing of. */
    record TouchOwn(boolean reset) implements Hold {
        private static final byte[] NONE = {};

        @Override
        public byte[] sql() {
            return NONE;
        }
    }
}
