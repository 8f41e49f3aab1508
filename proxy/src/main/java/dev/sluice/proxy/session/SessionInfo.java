package dev.sluice.proxy.session;

import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import java.time.Instant;
import java.util.Optional;

/**
 * Who is connected, as of the message that is held.
 *
 * @param id the gateway's own number of the session
 * @param upstream the upstream's name in the configuration
 * @param environment the upstream's environment, empty when it has none
 * @param database the database that the client named; MySQL's current one, empty when there is none
 * @param user the user that the client authenticated as
 * @param application application_name or program_name, empty when not told
 * @param clientAddress the client's IP address and port
 * @param backendId PostgreSQL's process id, MySQL's connection id
 * @param lexicalRules how the session's text is to be read right now
 */
public record SessionInfo(
        long id,
        String upstream,
        String environment,
        String database,
        String user,
        String application,
        String clientAddress,
        long backendId,
        LexicalRules lexicalRules) {

    /** Who this is to a policy; no statement is looked at yet. */
    public PolicyContext policyContext(String role, Instant now) {
        return new PolicyContext(
                environment, database, Optional.empty(), role, application, clientAddress, -1, -1, now);
    }
}
