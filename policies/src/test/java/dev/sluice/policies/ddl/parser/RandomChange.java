package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.OnlineOptions;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.ddl.TypeName;
import dev.sluice.policies.sql.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Makes schema changes that a server could accept. Their sources are empty but where the model is the text itself. */
final class RandomChange {
    private static final SourceText NONE = SourceText.whole("");
    private static final List<String> NAMES = List.of(
            "id",
            "value",
            "date",
            "rank",
            "year",
            "text",
            "type",
            "user_id",
            "Order Items",
            "Größe",
            "имя",
            "sel\"ect",
            "back`tick",
            "select",
            "table",
            "a.b",
            "-- x",
            "/* y */",
            "1st",
            "T",
            "key_x",
            "order");
    private static final List<String> POSTGRES_DEFAULTS = List.of(
            "0",
            "-1",
            "'x'",
            "NULL",
            "now()",
            "'{}'::jsonb",
            "ARRAY[1, 2]",
            "(a + 1)",
            "1 + 2 * 3",
            "$$ NOT NULL $$",
            "E'it\\'s'",
            "CASE WHEN true THEN NULL ELSE 2 END",
            "gen_random_uuid()",
            "'a' || 'b'",
            "current_user",
            "x'1F'",
            "nextval('s'::regclass)",
            "'1'::character varying",
            "interval '1 day'",
            "s.f(1, (2))");
    private static final List<String> MYSQL_DEFAULTS = List.of(
            "0",
            "-1.5",
            "'x'",
            "NULL",
            "CURRENT_TIMESTAMP",
            "CURRENT_TIMESTAMP(6)",
            "(UUID())",
            "(5--1)",
            "'it\\'s'",
            "\"d\"",
            "b'01'",
            "0x4F",
            "TRUE",
            "_utf8mb4'x'",
            "(JSON_OBJECT('a', 1))",
            "NOW()");

    private final Random random;
    private final boolean postgres;

    RandomChange(Random random, Dialect dialect) {
        this.random = random;
        this.postgres = dialect == Dialect.POSTGRES;
    }

    SchemaChange next() {
        return switch (random.nextInt(6)) {
            case 0 -> createIndex();
            case 1 -> dropTable();
            case 2 -> createTable();
            default -> alterTable();
        };
    }

    private SchemaChange alterTable() {
        return new SchemaChange.AlterTable(
                NONE, table(), postgres && flag(), postgres && flag(), some(1, 4, this::action), options());
    }

    private OnlineOptions options() {
        if (postgres || flag()) {
            return OnlineOptions.NONE;
        }
        return new OnlineOptions(
                flag() ? Optional.of(pick("INSTANT", "INPLACE", "COPY", "DEFAULT")) : Optional.empty(),
                Optional.of(pick("NONE", "SHARED", "DEFAULT")),
                Optional.empty(),
                List.of());
    }

    private SchemaChange createIndex() {
        return new SchemaChange.CreateIndex(
                NONE,
                postgres && flag() ? Optional.empty() : Optional.of(QualifiedName.of(name())),
                table(),
                pick(IndexKind.PLAIN, IndexKind.UNIQUE, postgres ? IndexKind.UNIQUE : IndexKind.FULLTEXT),
                postgres && flag(),
                false,
                postgres && flag(),
                postgres && flag() ? Optional.of(pick("btree", "gin")) : Optional.empty(),
                keys(),
                postgres && flag() ? Optional.of(SourceText.whole("a IS NOT NULL AND b IN (1, 2)")) : Optional.empty(),
                options());
    }

    private SchemaChange dropTable() {
        return new SchemaChange.DropTable(NONE, some(1, 3, this::table), !postgres && flag(), flag(), flag());
    }

    private SchemaChange createTable() {
        List<ColumnSpec> columns = some(1, 4, this::column);
        List<TableConstraint> constraints = some(0, 2, this::tableConstraint);
        return new SchemaChange.CreateTable(
                NONE,
                table(),
                flag(),
                flag(),
                columns,
                constraints,
                Optional.empty(),
                Clauses.referencedTables(columns, constraints),
                false,
                false);
    }

    private AlterAction action() {
        String column = name();
        return switch (random.nextInt(postgres ? 12 : 9)) {
            case 0, 1, 2, 3 ->
                new AlterAction.AddColumn(NONE, postgres && flag(), column(), postgres ? Optional.empty() : position());
            case 4 -> new AlterAction.DropColumn(NONE, column, postgres && flag(), flag());
            case 5 -> new AlterAction.AddConstraint(NONE, false, tableConstraint());
            case 6 -> new AlterAction.RenameColumn(NONE, column, name());
            case 7 -> new AlterAction.DropDefault(NONE, column);
            case 8 ->
                postgres
                        ? new AlterAction.SetNotNull(NONE, column)
                        : new AlterAction.ModifyColumn(NONE, column, column(), position());
            case 9 ->
                new AlterAction.AlterType(
                        NONE,
                        column,
                        type(),
                        Optional.empty(),
                        flag() ? Optional.of(SourceText.whole("f(a, b)::text IS NULL")) : Optional.empty());
            case 10 -> new AlterAction.DropConstraint(NONE, column, flag(), flag());
            default ->
                new AlterAction.SetDefault(NONE, column, text(pick("a IS NOT NULL", "1", "CASE WHEN a THEN b END")));
        };
    }

    private Optional<SourceText> position() {
        return flag() ? Optional.empty() : Optional.of(text("FIRST"));
    }

    private ColumnSpec column() {
        List<ColumnConstraint> constraints = new ArrayList<>();
        if (flag()) {
            constraints.add(
                    new ColumnConstraint.Default(NONE, text(postgres ? one(POSTGRES_DEFAULTS) : one(MYSQL_DEFAULTS))));
        }
        if (flag()) {
            constraints.add(
                    flag()
                            ? new ColumnConstraint.Null(NONE)
                            : new ColumnConstraint.NotNull(NONE, constraintName(postgres), false, false));
        }
        if (random.nextInt(4) == 0) {
            constraints.add(new ColumnConstraint.Check(
                    NONE, constraintName(true), text("a > 0 AND (b)"), false, postgres && flag(), flag()));
        }
        if (random.nextInt(4) == 0) {
            constraints.add(new ColumnConstraint.References(
                    NONE, constraintName(postgres), table(), some(1, 2, this::name), false, true));
        }
        if (random.nextInt(5) == 0) {
            constraints.add(new ColumnConstraint.Generated(
                    NONE, text("a * (b + 1)"), pick(ColumnConstraint.Generated.Storage.values())));
        }
        if (random.nextInt(6) == 0) {
            constraints.add(
                    postgres
                            ? new ColumnConstraint.Identity(NONE, flag(), Optional.of(text("(START 5)")))
                            : new ColumnConstraint.AutoIncrement(NONE));
        }
        java.util.Collections.shuffle(constraints, random);
        return new ColumnSpec(
                NONE, name(), type(), flag() ? Optional.empty() : Optional.of(text("utf8mb4_bin")), constraints);
    }

    private Optional<String> constraintName(boolean allowed) {
        return allowed && flag() ? Optional.of(name()) : Optional.empty();
    }

    private TypeName type() {
        return postgres
                ? pick(
                        type("integer", false),
                        type("numeric", true, "10", "2"),
                        type("character varying", false, "20"),
                        type("timestamp with time zone", false),
                        type("double precision", true),
                        type("interval", false),
                        type("geometry", false, "Point", "4326"),
                        type("bit varying", true, "3"))
                : pick(
                        type("int", false),
                        type("decimal", false, "10", "2"),
                        type("enum", false, "'a'", "'b,c'"),
                        type("varchar", false, "20"),
                        type("double precision", false),
                        type("json", false),
                        type("national varchar", false, "5"));
    }

    private static TypeName type(String name, boolean array, String... arguments) {
        return new TypeName(NONE, name, List.of(arguments), array);
    }

    private TableConstraint tableConstraint() {
        Optional<String> name = constraintName(true);
        return switch (random.nextInt(4)) {
            case 0 ->
                new TableConstraint.Check(
                        NONE, name, text("a > 0"), postgres && flag(), postgres && flag(), postgres || flag());
            case 1 ->
                new TableConstraint.ForeignKey(
                        NONE, name, some(1, 2, this::name), table(), some(0, 2, this::name), postgres && flag(), true);
            case 2 -> new TableConstraint.Unique(NONE, name, keys(), postgres && flag(), Optional.empty());
            default -> new TableConstraint.PrimaryKey(NONE, name, keys(), Optional.empty());
        };
    }

    private List<IndexKey> keys() {
        return some(1, 3, () -> new IndexKey(NONE, Optional.of(name())));
    }

    private QualifiedName table() {
        return flag() ? QualifiedName.of(name()) : QualifiedName.of(name(), name());
    }

    private String name() {
        return one(NAMES);
    }

    private static SourceText text(String text) {
        return SourceText.whole(text);
    }

    private boolean flag() {
        return random.nextBoolean();
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private <T> List<T> some(int least, int most, Supplier<T> one) {
        return IntStream.range(0, least + random.nextInt(most - least + 1))
                .mapToObj(i -> one.get())
                .toList();
    }
}
