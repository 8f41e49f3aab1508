package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.Migrations;
import java.util.Set;

/**
 * Who may do what. Operators may do everything but approve what they asked for themselves; who asked for a migration may
 * look at it, pause it, let it go on, try it again and take it back.
 *
 * @param roles users that the clients authenticate as; {@code *} is everybody
 */
public record Operators(Set<String> roles) {

    public Operators {
        roles = Set.copyOf(roles);
    }

    public boolean isOperator(String user) {
        return roles.contains(user) || roles.contains("*");
    }

    boolean maySee(String user, Migration migration) {
        return isOperator(user) || migration.requestedBy().equals(user);
    }

    boolean may(String user, Migration migration, Migrations.Command command) {
        if (isOperator(user)) {
            return true;
        }
        return switch (command) {
            case Migrations.Command.Pause ignored -> migration.requestedBy().equals(user);
            case Migrations.Command.Resume ignored -> migration.requestedBy().equals(user);
            case Migrations.Command.Cancel ignored -> migration.requestedBy().equals(user);
            case Migrations.Command.Retry ignored -> migration.requestedBy().equals(user);
            case Migrations.Command.Approve ignored -> false;
            case Migrations.Command.Throttle ignored -> false;
        };
    }
}
