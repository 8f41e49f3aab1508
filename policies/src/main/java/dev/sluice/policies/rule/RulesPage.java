package dev.sluice.policies.rule;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Locale;

/** The reference page of all rules, in Markdown. */
public final class RulesPage {

    private RulesPage() {}

    public static String markdown(List<Rule> rules) {
        StringBuilder page = new StringBuilder("""
                # The rules

                One list for the gateway, `sluice lint` and `EXPLAIN`. A policy can set another action for each rule, by
                scope: `allow` (as if the rule did not exist), `warn`, `guard` (run it under a short lock timeout with
                retries), `rewrite` (carry it out the safe way), `approve` (hold it until somebody approves), `block`.

                """);
        for (Rule rule : rules) {
            page.append("## ").append(rule.id()).append("\n\n");
            page.append("Catches ")
                    .append(rule.catches())
                    .append(". ")
                    .append(sentence(rule.advice().harm()))
                    .append("\n\n");
            page.append("```sql\n").append(examples(rule)).append("\n```\n\n");
            page.append("- Safe way: ").append(rule.advice().safeWay()).append(".\n");
            rule.engine(Dialect.MYSQL)
                    .map(Rule.Engine::advice)
                    .ifPresent(advice -> page.append(differs(advice, rule.advice())));
            page.append("- Default: ").append(defaults(rule)).append(".\n");
            rule.engine(Dialect.MYSQL)
                    .flatMap(Rule.Engine::onRequest)
                    .ifPresent(way -> page.append("- MySQL and MariaDB, where a policy says `rewrite`: ")
                            .append(way)
                            .append(".\n"));
            page.append('\n');
        }
        return page.toString().stripTrailing() + "\n";
    }

    private static String examples(Rule rule) {
        String common = rule.advice().example();
        return rule.engine(Dialect.MYSQL)
                .map(engine -> engine.advice().example())
                .filter(mysql -> !mysql.equals(common))
                .map(mysql -> common + "\n-- MySQL and MariaDB\n" + mysql)
                .orElse(common);
    }

    private static String differs(Rule.Advice mysql, Rule.Advice common) {
        if (mysql.harm().equals(common.harm()) && mysql.safeWay().equals(common.safeWay())) {
            return "";
        }
        return "- MySQL and MariaDB: " + mysql.harm() + ". Safe way: " + mysql.safeWay() + ".\n";
    }

    private static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    private static String defaults(Rule rule) {
        StringBuilder text = new StringBuilder();
        rule.engine(Dialect.POSTGRES)
                .ifPresent(e ->
                        text.append("PostgreSQL `").append(word(e.action())).append('`'));
        rule.engine(Dialect.MYSQL)
                .ifPresent(e -> text.append(text.isEmpty() ? "" : ", ")
                        .append("MySQL and MariaDB `")
                        .append(word(e.action()))
                        .append('`'));
        return text.toString();
    }

    private static String word(Action action) {
        return action.name().toLowerCase(Locale.ROOT);
    }
}
