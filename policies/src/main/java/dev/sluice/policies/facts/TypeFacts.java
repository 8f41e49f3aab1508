package dev.sluice.policies.facts;

import java.util.Optional;

/**
 * What the server says of a type.
 *
 * @param exists whether the name names a type
 * @param constrainedDomain whether it is a domain with a constraint or NOT NULL of its own, or over such a domain
 * @param domainDefault what the default of a domain is, which a column without one of its own gets; empty where it has none
 * @param canonical the type as the server would print it: {@code format_type}
 */
public record TypeFacts(
        boolean exists, boolean constrainedDomain, Optional<ExpressionFacts> domainDefault, String canonical) {

    /** A name that names no type. */
    public static TypeFacts missing(String name) {
        return new TypeFacts(false, false, Optional.empty(), name);
    }
}
