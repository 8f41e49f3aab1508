package dev.sluice.policies.policy;

import dev.sluice.policies.ddl.QualifiedName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The conditions of one scope, ready to be asked. */
final class Condition {

    private final When when;
    private final List<Glob> environments;
    private final List<Glob> databases;
    private final List<Glob> tables;
    private final List<Glob> roles;
    private final List<Glob> applications;
    private final List<Network> networks = new ArrayList<>();
    private final Optional<Expression> expression;

    private Condition(When when, Optional<Expression> expression) {
        this.when = when;
        this.environments = globs(when.environments());
        this.databases = globs(when.databases());
        this.tables = globs(when.tables());
        this.roles = globs(when.roles());
        this.applications = globs(when.applications());
        this.expression = expression;
    }

    static Condition of(When when) throws PolicyException {
        Optional<Expression> expression = when.expression().isPresent()
                ? Optional.of(Expression.of(when.expression().get()))
                : Optional.empty();
        Condition condition = new Condition(when, expression);
        for (String network : when.networks()) {
            condition.networks.add(Network.of(network));
        }
        return condition;
    }

    private static List<Glob> globs(List<String> texts) {
        return texts.stream().map(Glob::of).toList();
    }

    String words() {
        return when.words();
    }

    boolean holds(PolicyContext context) {
        return any(environments, context.environment())
                && any(databases, context.database())
                && any(roles, context.role())
                && any(applications, context.application())
                && (tables.isEmpty()
                        || context.relation()
                                .filter(name -> isTable(name, context.caseless()))
                                .isPresent())
                && (networks.isEmpty() || networks.stream().anyMatch(n -> n.contains(context.clientAddress())))
                && when.rows().map(r -> r.holds(context.rows())).orElse(true)
                && when.bytes().map(b -> b.holds(context.bytes())).orElse(true)
                && (when.during().isEmpty() || when.during().stream().anyMatch(w -> w.contains(context.now())))
                && when.outside().stream().noneMatch(w -> w.contains(context.now()))
                && expression.map(e -> e.holds(context)).orElse(true);
    }

    private static boolean any(List<Glob> globs, String value) {
        return globs.isEmpty() || globs.stream().anyMatch(g -> g.matches(value));
    }

    private boolean isTable(QualifiedName table, boolean caseless) {
        return tables.stream().anyMatch(glob -> {
            String name = glob.text().indexOf('.') >= 0 ? table.toString() : table.name();
            return caseless ? glob.matchesInAnyCase(name) : glob.matches(name);
        });
    }

    /**
     * How special the scope is: a table says more than a role, a role more than an application, and so on down to the
     * environment; among equals, the longer names.
     */
    long specificity() {
        long weight = 0;
        weight += tables.isEmpty() ? 0 : tables.stream().allMatch(Glob::isExact) ? 64 : 48;
        weight += roles.isEmpty() ? 0 : 32;
        weight += applications.isEmpty() ? 0 : 24;
        weight += networks.isEmpty() ? 0 : 16;
        weight += expression.isEmpty() ? 0 : 16;
        weight += when.rows().isPresent() || when.bytes().isPresent() ? 12 : 0;
        weight += when.during().isEmpty() && when.outside().isEmpty() ? 0 : 12;
        weight += databases.isEmpty() ? 0 : 8;
        weight += environments.isEmpty() ? 0 : 4;
        return weight * 1_000 + Math.min(999, literalLength());
    }

    private int literalLength() {
        int length = 0;
        for (List<Glob> globs : List.of(environments, databases, tables, roles, applications)) {
            length += globs.stream().mapToInt(Glob::literalLength).min().orElse(0);
        }
        return length;
    }
}
