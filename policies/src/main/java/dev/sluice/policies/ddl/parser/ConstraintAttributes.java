package dev.sluice.policies.ddl.parser;

/** What may stand behind a constraint, in any order. */
record ConstraintAttributes(boolean notValid, boolean noInherit, boolean enforced) {
    static final ConstraintAttributes NONE = new ConstraintAttributes(false, false, true);

    ConstraintAttributes asNotValid() {
        return new ConstraintAttributes(true, noInherit, enforced);
    }

    ConstraintAttributes asNoInherit() {
        return new ConstraintAttributes(notValid, true, enforced);
    }

    ConstraintAttributes asEnforced(boolean yes) {
        return new ConstraintAttributes(notValid, noInherit, yes);
    }
}
