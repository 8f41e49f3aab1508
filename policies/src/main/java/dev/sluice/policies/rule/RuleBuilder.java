package dev.sluice.policies.rule;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.sql.Dialect;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Puts a {@link Rule} together where it is declared. */
final class RuleBuilder {

    private final String id;
    private final String catches;
    private final Map<Dialect, Rule.Engine> engines = new EnumMap<>(Dialect.class);
    private String harm = "";
    private String safeWay = "";

    RuleBuilder(String id, String catches) {
        this.id = id;
        this.catches = catches;
    }

    RuleBuilder postgres(Action action, Rule.Check check) {
        engines.put(Dialect.POSTGRES, new Rule.Engine(action, check, Optional.empty()));
        return this;
    }

    /** MySQL and MariaDB. */
    RuleBuilder mysql(Action action, Rule.Check check) {
        engines.put(Dialect.MYSQL, new Rule.Engine(action, check, Optional.empty()));
        engines.put(Dialect.MARIADB, new Rule.Engine(action, check, Optional.empty()));
        return this;
    }

    /** What MySQL and MariaDB can do where a policy asks for {@code rewrite} although the default is stricter. */
    RuleBuilder mysqlOnRequest(String sentence) {
        engines.replaceAll((dialect, e) ->
                dialect.isMySqlFamily() ? new Rule.Engine(e.action(), e.check(), Optional.of(sentence)) : e);
        return this;
    }

    RuleBuilder both(Action action, Rule.Check check) {
        return postgres(action, check).mysql(action, check);
    }

    RuleBuilder harm(String sentence) {
        this.harm = sentence;
        return this;
    }

    RuleBuilder safeWay(String sentence) {
        this.safeWay = sentence;
        return this;
    }

    Rule example(String statement) {
        return new Rule(id, engines, catches, harm, safeWay, statement);
    }
}
