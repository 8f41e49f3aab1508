package dev.sluice.protocol.postgres;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What a server tells a session in BackendKeyData, and a cancel request must repeat.
 *
 * @param processId the back end's process id
 * @param secret 4 bytes, or up to 256 since protocol 3.2; not copied
 */
public record CancelKey(int processId, byte[] secret) {

    @Override
    public boolean equals(Object other) {
        return other instanceof CancelKey key
                && key.processId == processId
                && MessageDigest.isEqual(key.secret, secret);
    }

    @Override
    public int hashCode() {
        return 31 * processId + Arrays.hashCode(secret);
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return "CancelKey[" + processId + "]";
    }
}
