package dev.sluice.proxy.postgres;

/** What becomes of a client's message at its header. */
enum Verdict {
    FORWARD,
    /** It cannot be told before more of it has come; or the session takes no such message now. */
    MORE,
    /** The session takes the whole message and decides. */
    HOLD,
    /** It is thrown away; {@link Session#dropped} is called behind its last byte. */
    DROP
}
