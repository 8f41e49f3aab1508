package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.ddl.TypeName;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes the models that {@link RandomChange} makes. */
final class ChangePrinter {
    private final SqlPrinter out;
    private final boolean postgres;

    ChangePrinter(SqlPrinter out, Dialect dialect) {
        this.out = out;
        this.postgres = dialect == Dialect.POSTGRES;
    }

    void print(SchemaChange change) {
        switch (change) {
            case SchemaChange.AlterTable alter -> alterTable(alter);
            case SchemaChange.CreateIndex index -> createIndex(index);
            case SchemaChange.DropTable drop -> dropTable(drop);
            case SchemaChange.CreateTable create -> createTable(create);
            default -> throw new AssertionError(change);
        }
    }

    private void alterTable(SchemaChange.AlterTable alter) {
        out.words("ALTER TABLE");
        when(alter.ifExists(), "IF EXISTS");
        when(alter.only(), "ONLY");
        out.name(alter.table());
        boolean optionsFirst = out.chance();
        if (optionsFirst) {
            alter.options()
                    .algorithm()
                    .ifPresent(value -> option("ALGORITHM", value).symbol(","));
            alter.options().lock().ifPresent(value -> option("LOCK", value).symbol(","));
        }
        list(alter.actions(), this::action);
        if (!optionsFirst) {
            alter.options().lock().ifPresent(value -> option(",", "LOCK", value));
            alter.options().algorithm().ifPresent(value -> option(",", "ALGORITHM", value));
        }
    }

    private void option(String comma, String name, String value) {
        out.symbol(comma);
        option(name, value);
    }

    private SqlPrinter option(String name, String value) {
        out.words(name);
        if (out.chance()) {
            out.symbol("=");
        }
        return out.words(value);
    }

    private void createIndex(SchemaChange.CreateIndex index) {
        out.words("CREATE");
        when(index.kind() != IndexKind.PLAIN, index.kind().name());
        out.words("INDEX");
        when(index.concurrently(), "CONCURRENTLY");
        index.name().ifPresent(name -> out.name(name));
        out.words("ON");
        when(index.only(), "ONLY");
        out.name(index.table());
        index.method().ifPresent(method -> out.words("USING").name(method));
        out.names(index.keys().stream().map(key -> key.column().orElseThrow()).toList());
        index.where().ifPresent(where -> out.words("WHERE").raw(where.text()));
        index.options().lock().ifPresent(value -> option("LOCK", value));
        index.options().algorithm().ifPresent(value -> option("ALGORITHM", value));
    }

    private void dropTable(SchemaChange.DropTable drop) {
        out.words("DROP");
        when(drop.temporary(), "TEMPORARY");
        out.words("TABLE");
        when(drop.ifExists(), "IF EXISTS");
        list(drop.tables(), table -> out.name(table));
        if (drop.cascade()) {
            out.words("CASCADE");
        } else {
            out.maybe("RESTRICT");
        }
    }

    private void createTable(SchemaChange.CreateTable create) {
        out.words("CREATE");
        when(create.temporary(), "TEMPORARY");
        out.words("TABLE");
        when(create.ifNotExists(), "IF NOT EXISTS");
        out.name(create.table()).symbol("(");
        list(create.columns(), this::column);
        create.constraints().forEach(constraint -> {
            out.symbol(",");
            tableConstraint(constraint);
        });
        out.symbol(")");
    }

    private void action(AlterAction action) {
        switch (action) {
            case AlterAction.AddColumn add -> {
                out.words("ADD");
                when(add.ifNotExists(), "COLUMN IF NOT EXISTS");
                if (!add.ifNotExists()) {
                    out.maybe("COLUMN");
                }
                column(add.column());
                add.position().ifPresent(position -> out.raw(position.text()));
            }
            case AlterAction.DropColumn drop -> {
                out.words("DROP");
                when(drop.ifExists(), "COLUMN IF EXISTS");
                if (!drop.ifExists()) {
                    out.maybe("COLUMN");
                }
                out.name(drop.column());
                when(drop.cascade(), "CASCADE");
            }
            case AlterAction.AddConstraint add -> {
                out.words("ADD");
                tableConstraint(add.constraint());
            }
            case AlterAction.RenameColumn rename ->
                out.words("RENAME COLUMN").name(rename.from()).words("TO").name(rename.to());
            case AlterAction.DropDefault drop -> alter(drop.column()).words("DROP DEFAULT");
            case AlterAction.SetNotNull set -> alter(set.column()).words("SET NOT NULL");
            case AlterAction.SetDefault set ->
                alter(set.column()).words("SET DEFAULT").raw(set.expression().text());
            case AlterAction.AlterType alter -> {
                alter(alter.column()).maybe("SET DATA").words("TYPE");
                type(alter.type());
                alter.using().ifPresent(using -> out.words("USING").raw(using.text()));
            }
            case AlterAction.DropConstraint drop -> {
                out.words("DROP CONSTRAINT");
                when(drop.ifExists(), "IF EXISTS");
                out.name(drop.name());
                when(drop.cascade(), "CASCADE");
            }
            case AlterAction.ModifyColumn modify -> {
                out.words("CHANGE").maybe("COLUMN").name(modify.from());
                column(modify.column());
                modify.position().ifPresent(position -> out.raw(position.text()));
            }
            default -> throw new AssertionError(action);
        }
    }

    private SqlPrinter alter(String column) {
        return out.words("ALTER").maybe("COLUMN").name(column);
    }

    private void column(ColumnSpec column) {
        out.name(column.name());
        type(column.type());
        boolean collationFirst = out.chance();
        if (collationFirst) {
            column.collation().ifPresent(collation -> out.words("COLLATE").raw(collation.text()));
        }
        column.constraints().forEach(this::constraint);
        if (!collationFirst) {
            column.collation().ifPresent(collation -> out.words("COLLATE").raw(collation.text()));
        }
    }

    private void type(TypeName type) {
        String[] zone = type.name().split(" (?=with time)");
        out.words(zone[0]);
        if (!type.arguments().isEmpty()) {
            out.symbol("(");
            list(type.arguments(), argument -> out.raw(argument));
            out.symbol(")");
        }
        if (zone.length > 1) {
            out.words(zone[1]);
        }
        if (type.array() && out.chance()) {
            out.words("ARRAY");
        } else if (type.array()) {
            out.symbol("[").symbol("]");
        }
    }

    private void constraint(ColumnConstraint constraint) {
        switch (constraint) {
            case ColumnConstraint.Default value ->
                out.words("DEFAULT").raw(value.expression().text());
            case ColumnConstraint.Null unused -> out.words("NULL");
            case ColumnConstraint.NotNull notNull -> named(notNull.name()).words("NOT NULL");
            case ColumnConstraint.Check check -> {
                named(check.name())
                        .words("CHECK")
                        .symbol("(")
                        .raw(check.expression().text())
                        .symbol(")");
                when(check.noInherit(), "NO INHERIT");
                when(!check.enforced(), "NOT ENFORCED");
            }
            case ColumnConstraint.References key -> {
                named(key.name()).words("REFERENCES").name(key.table()).names(key.columns());
                out.maybe("ON DELETE CASCADE").maybe("ON UPDATE SET NULL");
            }
            case ColumnConstraint.Generated generated -> {
                out.words("GENERATED ALWAYS AS")
                        .symbol("(")
                        .raw(generated.expression().text())
                        .symbol(")");
                when(
                        generated.storage() != ColumnConstraint.Generated.Storage.DEFAULT,
                        generated.storage().name());
            }
            case ColumnConstraint.Identity identity ->
                out.words(identity.always() ? "GENERATED ALWAYS AS IDENTITY" : "GENERATED BY DEFAULT AS IDENTITY")
                        .raw(identity.options().orElseThrow().text());
            case ColumnConstraint.AutoIncrement unused -> out.words("AUTO_INCREMENT");
            default -> throw new AssertionError(constraint);
        }
    }

    private SqlPrinter named(Optional<String> name) {
        name.ifPresent(given -> out.words("CONSTRAINT").name(given));
        return out;
    }

    private void tableConstraint(TableConstraint constraint) {
        named(constraint.name());
        switch (constraint) {
            case TableConstraint.Check check -> {
                out.words("CHECK").symbol("(").raw(check.expression().text()).symbol(")");
                boolean validFirst = out.chance();
                when(validFirst && check.notValid(), "NOT VALID");
                when(check.noInherit(), "NO INHERIT");
                when(!validFirst && check.notValid(), "NOT VALID");
                when(!check.enforced(), "NOT ENFORCED");
            }
            case TableConstraint.ForeignKey key -> {
                out.words("FOREIGN KEY")
                        .names(key.columns())
                        .words("REFERENCES")
                        .name(key.referenced());
                if (!key.referencedColumns().isEmpty()) {
                    out.names(key.referencedColumns());
                }
                out.maybe("ON UPDATE NO ACTION").maybe("ON DELETE SET NULL");
                if (postgres) {
                    out.maybe("DEFERRABLE");
                }
                when(key.notValid(), "NOT VALID");
            }
            case TableConstraint.Unique unique -> {
                out.words("UNIQUE");
                when(unique.nullsNotDistinct(), "NULLS NOT DISTINCT");
                out.names(unique.keys().stream()
                        .map(key -> key.column().orElseThrow())
                        .toList());
            }
            case TableConstraint.PrimaryKey key ->
                out.words("PRIMARY KEY")
                        .names(key.keys().stream()
                                .map(k -> k.column().orElseThrow())
                                .toList());
            default -> throw new AssertionError(constraint);
        }
    }

    private void when(boolean yes, String words) {
        if (yes) {
            out.words(words);
        }
    }

    private <T> void list(List<T> items, Consumer<T> print) {
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.symbol(",");
            }
            print.accept(items.get(i));
        }
    }
}
