/**
 * The audit trail: one JSON record a line, chained by hashes, on disk before the client has its answer.
 *
 * <p>Knows no session, policy or migration: what is recorded comes as an {@link dev.sluice.proxy.audit.AuditEvent}. Not
 * a log for operators' eyes; that is logback's business.
 */
@NullMarked
package dev.sluice.proxy.audit;

import org.jspecify.annotations.NullMarked;
