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
    private final Map<Dialect, Part> parts = new EnumMap<>(Dialect.class);
    private Optional<String> onRequest = Optional.empty();
    private Optional<String> mysqlHarm = Optional.empty();
    private Optional<String> mysqlSafeWay = Optional.empty();
    private Optional<String> mysqlExample = Optional.empty();
    private String harm = "";
    private String safeWay = "";

    private record Part(Action action, Rule.Check check) {}

    RuleBuilder(String id, String catches) {
        this.id = id;
        this.catches = catches;
    }

    RuleBuilder postgres(Action action, Rule.Check check) {
        parts.put(Dialect.POSTGRES, new Part(action, check));
        return this;
    }

    /** MySQL and MariaDB. */
    RuleBuilder mysql(Action action, Rule.Check check) {
        parts.put(Dialect.MYSQL, new Part(action, check));
        parts.put(Dialect.MARIADB, new Part(action, check));
        return this;
    }

    /** What MySQL and MariaDB can do where a policy asks for {@code rewrite} although the default is stricter. */
    RuleBuilder mysqlOnRequest(String sentence) {
        this.onRequest = Optional.of(sentence);
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

    /** What MySQL and MariaDB do, where that is something else. */
    RuleBuilder mysqlHarm(String sentence) {
        this.mysqlHarm = Optional.of(sentence);
        return this;
    }

    RuleBuilder mysqlSafeWay(String sentence) {
        this.mysqlSafeWay = Optional.of(sentence);
        return this;
    }

    RuleBuilder mysqlExample(String statement) {
        this.mysqlExample = Optional.of(statement);
        return this;
    }

    Rule example(String statement) {
        Rule.Advice common = new Rule.Advice(harm, safeWay, statement);
        Rule.Advice mysql =
                new Rule.Advice(mysqlHarm.orElse(harm), mysqlSafeWay.orElse(safeWay), mysqlExample.orElse(statement));
        Map<Dialect, Rule.Engine> engines = new EnumMap<>(Dialect.class);
        parts.forEach((dialect, part) -> engines.put(
                dialect,
                dialect.isMySqlFamily()
                        ? new Rule.Engine(part.action(), part.check(), onRequest, mysql)
                        : new Rule.Engine(part.action(), part.check(), Optional.empty(), common)));
        return new Rule(id, engines, catches, common);
    }
}
