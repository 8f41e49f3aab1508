package dev.sluice.policies.policy;

/** What a policy lets become of a statement that a rule catches. From the mildest to the strictest. */
public enum Action {
    /** Nothing: as if the rule did not exist. */
    ALLOW,
    /** Let it pass, say so. */
    WARN,
    /** Run it as it is, under a lock timeout with retries. */
    GUARD,
    /** Carry it out the safe way: as one equivalent statement or as phases. */
    REWRITE,
    /** Hold it until somebody approves. */
    APPROVE,
    /** Refuse it. */
    BLOCK
}
