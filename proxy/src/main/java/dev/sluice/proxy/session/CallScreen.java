package dev.sluice.proxy.session;

/** Tells which texts may change a schema by a routine that they call. Called on event loops for every statement. */
@FunctionalInterface
public interface CallScreen {

    /** No text does. */
    CallScreen NONE = (text, length) -> false;

    /** Whether a text in UTF-8 calls what is not known to be harmless, or looks as if it did. */
    boolean mayCall(byte[] text, int length);
}
