package dev.sluice.policies.facts;

/**
 * What the server says of a type.
 *
 * @param exists whether the name names a type
 * @param constrainedDomain whether it is a domain with a constraint or NOT NULL of its own, or over such a domain
 * @param canonical the type as the server would print it: {@code format_type}
 */
public record TypeFacts(boolean exists, boolean constrainedDomain, String canonical) {}
