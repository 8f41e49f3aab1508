package dev.sluice.proxy.ledger;

import dev.sluice.policies.plan.PhaseName;
import java.time.Instant;

/**
 * When a migration was in a phase, by the database's clock, and how many rows were filled in it. A gateway's death and the
 * wait for the next one are part of it.
 */
public record PhaseSpan(PhaseName phase, Instant from, Instant until, long rows) {}
