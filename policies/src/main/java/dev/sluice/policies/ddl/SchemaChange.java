package dev.sluice.policies.ddl;

import java.util.List;
import java.util.Optional;

/**
 * One statement that changes a schema, or that may. {@code source} is the statement without a semicolon, comments
 * inside it included. What the parser does not understand is {@link Unrecognized}, and rules decide.
 */
public sealed interface SchemaChange {

    SourceText source();

    /** What PostgreSQL answers on success, without a row count: {@code ALTER TABLE}. */
    String commandTag();

    record AlterTable(
            SourceText source,
            QualifiedName table,
            boolean ifExists,
            boolean only,
            List<AlterAction> actions,
            OnlineOptions options)
            implements SchemaChange {
        public AlterTable {
            actions = List.copyOf(actions);
        }

        @Override
        public String commandTag() {
            return "ALTER TABLE";
        }
    }

    /**
     * CREATE INDEX of both families.
     *
     * @param method the access method: btree, gin …; empty where not written
     * @param where the predicate of a partial index
     */
    record CreateIndex(
            SourceText source,
            Optional<QualifiedName> name,
            QualifiedName table,
            IndexKind kind,
            boolean concurrently,
            boolean ifNotExists,
            boolean only,
            Optional<String> method,
            List<IndexKey> keys,
            Optional<SourceText> where,
            OnlineOptions options)
            implements SchemaChange {
        public CreateIndex {
            keys = List.copyOf(keys);
        }

        @Override
        public String commandTag() {
            return "CREATE INDEX";
        }
    }

    /** @param table MySQL's ON table */
    record DropIndex(
            SourceText source,
            List<QualifiedName> indexes,
            Optional<QualifiedName> table,
            boolean concurrently,
            boolean ifExists,
            boolean cascade,
            OnlineOptions options)
            implements SchemaChange {
        public DropIndex {
            indexes = List.copyOf(indexes);
        }

        @Override
        public String commandTag() {
            return "DROP INDEX";
        }
    }

    /** @param target INDEX, TABLE, SCHEMA, DATABASE or SYSTEM; name is absent for DATABASE and SYSTEM without one */
    record Reindex(SourceText source, String target, Optional<QualifiedName> name, boolean concurrently)
            implements SchemaChange {
        @Override
        public String commandTag() {
            return "REINDEX";
        }
    }

    /**
     * CREATE TABLE in all its forms.
     *
     * @param partitionOf the parent of PARTITION OF
     * @param references tables that foreign keys name
     * @param asSelect CREATE TABLE AS, SELECT INTO and MySQL's CREATE TABLE … SELECT
     */
    record CreateTable(
            SourceText source,
            QualifiedName table,
            boolean temporary,
            boolean ifNotExists,
            List<ColumnSpec> columns,
            List<TableConstraint> constraints,
            Optional<QualifiedName> partitionOf,
            List<QualifiedName> references,
            boolean orReplace,
            boolean asSelect)
            implements SchemaChange {
        public CreateTable {
            columns = List.copyOf(columns);
            constraints = List.copyOf(constraints);
            references = List.copyOf(references);
        }

        @Override
        public String commandTag() {
            return "CREATE TABLE";
        }
    }

    record DropTable(
            SourceText source, List<QualifiedName> tables, boolean temporary, boolean ifExists, boolean cascade)
            implements SchemaChange {
        public DropTable {
            tables = List.copyOf(tables);
        }

        @Override
        public String commandTag() {
            return "DROP TABLE";
        }
    }

    record Truncate(SourceText source, List<QualifiedName> tables, boolean cascade) implements SchemaChange {
        public Truncate {
            tables = List.copyOf(tables);
        }

        @Override
        public String commandTag() {
            return "TRUNCATE TABLE";
        }
    }

    /** MySQL's RENAME TABLE. */
    record RenameTables(SourceText source, List<Renaming> renamings) implements SchemaChange {
        public record Renaming(QualifiedName from, QualifiedName to) {}

        public RenameTables {
            renamings = List.copyOf(renamings);
        }

        @Override
        public String commandTag() {
            return "RENAME TABLE";
        }
    }

    /** ALTER TYPE. {@code what}: ADD VALUE, RENAME VALUE, RENAME, ADD ATTRIBUTE, … in upper case. */
    record AlterType(SourceText source, QualifiedName type, String what) implements SchemaChange {
        @Override
        public String commandTag() {
            return "ALTER TYPE";
        }
    }

    /** ALTER DOMAIN. {@code what}: ADD CONSTRAINT, SET NOT NULL, DROP CONSTRAINT, VALIDATE CONSTRAINT, … */
    record AlterDomain(SourceText source, QualifiedName domain, String what, Optional<TableConstraint> constraint)
            implements SchemaChange {
        @Override
        public String commandTag() {
            return "ALTER DOMAIN";
        }
    }

    record DropSchema(SourceText source, List<String> schemas, boolean ifExists, boolean cascade)
            implements SchemaChange {
        public DropSchema {
            schemas = List.copyOf(schemas);
        }

        @Override
        public String commandTag() {
            return "DROP SCHEMA";
        }
    }

    /** DROP of anything else. {@code objectType} in upper case: VIEW, SEQUENCE, FUNCTION, DATABASE, MATERIALIZED VIEW. */
    record DropObject(
            SourceText source, String objectType, List<QualifiedName> names, boolean ifExists, boolean cascade)
            implements SchemaChange {
        public DropObject {
            names = List.copyOf(names);
        }

        @Override
        public String commandTag() {
            return "DROP " + objectType;
        }
    }

    /** CREATE of anything that touches no existing table's data: VIEW, SEQUENCE, TYPE, SCHEMA, EXTENSION, ROLE … */
    record CreateObject(SourceText source, String objectType, Optional<QualifiedName> name, List<SchemaChange> elements)
            implements SchemaChange {
        public CreateObject {
            elements = List.copyOf(elements);
        }

        @Override
        public String commandTag() {
            return "CREATE " + objectType;
        }
    }

    /**
     * CREATE FUNCTION, PROCEDURE, TRIGGER or EVENT whose body runs later.
     *
     * @param objectType FUNCTION, PROCEDURE, TRIGGER, EVENT, in upper case
     * @param returnsTrigger a function that fires without being called
     * @param table the table that a trigger is on
     * @param bodyHoldsDdl whether the body has a schema change, or SQL that it builds at run time
     */
    record CreateRoutine(
            SourceText source,
            String objectType,
            Optional<QualifiedName> name,
            boolean returnsTrigger,
            Optional<QualifiedName> table,
            boolean bodyHoldsDdl)
            implements SchemaChange {
        @Override
        public String commandTag() {
            return "CREATE " + objectType;
        }
    }

    /** ALTER of anything else. {@code what} is the action's first words in upper case: RENAME TO, OWNER TO, SET SCHEMA. */
    record AlterObject(SourceText source, String objectType, Optional<QualifiedName> name, String what)
            implements SchemaChange {
        @Override
        public String commandTag() {
            return "ALTER " + objectType;
        }
    }

    /** COMMENT ON, GRANT, REVOKE, SECURITY LABEL, ANALYZE TABLE …: {@code commandTag} is the verb. */
    record Annotation(SourceText source, String commandTag) implements SchemaChange {}

    record LockTable(SourceText source, List<QualifiedName> tables, String mode) implements SchemaChange {
        public LockTable {
            tables = List.copyOf(tables);
        }

        @Override
        public String commandTag() {
            return "LOCK TABLE";
        }
    }

    record RefreshMaterializedView(SourceText source, QualifiedName view, boolean concurrently, boolean withNoData)
            implements SchemaChange {
        @Override
        public String commandTag() {
            return "REFRESH MATERIALIZED VIEW";
        }
    }

    /** VACUUM FULL, CLUSTER, MySQL's OPTIMIZE TABLE: {@code commandTag} is the verb. */
    record RewriteTables(SourceText source, List<QualifiedName> tables, String commandTag) implements SchemaChange {
        public RewriteTables {
            tables = List.copyOf(tables);
        }
    }

    /**
     * Code that a parser cannot look through: DO, CALL, PREPARE … FROM, EXECUTE IMMEDIATE.
     *
     * @param verb in upper case; for a statement about rows, {@link #QUERY} and its own
     * @param embedded the statement inside where it is a literal that could be read
     */
    record Opaque(SourceText source, String verb, Optional<SchemaChange> embedded) implements SchemaChange {

        /** Begins the verb of what is opaque by nothing but the routines that it calls. */
        public static final String QUERY = "CALLING ";

        @Override
        public String commandTag() {
            return verb;
        }
    }

    /** A schema change by its leading words that the parser does not know. */
    record Unrecognized(SourceText source, String commandTag, String reason) implements SchemaChange {}
}
