package dev.sluice.policies.ddl;

import java.util.List;
import java.util.Optional;

/** One action of ALTER TABLE. {@code source} is the action as written, without the comma. */
public sealed interface AlterAction {

    SourceText source();

    /**
     * ADD COLUMN. MySQL's {@code ADD (a INT, b INT)} is one action for each column, whose source has no ADD: build SQL
     * from the column's own source.
     *
     * @param position MySQL's FIRST or AFTER, absent at the end
     */
    record AddColumn(SourceText source, boolean ifNotExists, ColumnSpec column, Optional<SourceText> position)
            implements AlterAction {}

    record DropColumn(SourceText source, String column, boolean ifExists, boolean cascade) implements AlterAction {}

    record SetDefault(SourceText source, String column, SourceText expression) implements AlterAction {}

    record DropDefault(SourceText source, String column) implements AlterAction {}

    record SetNotNull(SourceText source, String column) implements AlterAction {}

    record DropNotNull(SourceText source, String column) implements AlterAction {}

    record AlterType(
            SourceText source, String column, TypeName type, Optional<SourceText> collation, Optional<SourceText> using)
            implements AlterAction {}

    record SetExpression(SourceText source, String column, SourceText expression) implements AlterAction {}

    record DropExpression(SourceText source, String column, boolean ifExists) implements AlterAction {}

    /** ADD GENERATED … AS IDENTITY, SET GENERATED, RESTART, DROP IDENTITY: {@code keyword} is the first word. */
    record AlterIdentity(SourceText source, String column, String keyword) implements AlterAction {}

    /** SET STATISTICS, STORAGE, COMPRESSION, (options), MySQL's SET VISIBLE: only the catalog changes. */
    record AlterColumnAttribute(SourceText source, String column, String keyword) implements AlterAction {}

    /** MySQL's MODIFY and CHANGE. {@code from} is the old name; the same as the column's own for MODIFY. */
    record ModifyColumn(SourceText source, String from, ColumnSpec column, Optional<SourceText> position)
            implements AlterAction {}

    record RenameColumn(SourceText source, String from, String to) implements AlterAction {}

    record RenameTable(SourceText source, QualifiedName to) implements AlterAction {}

    record SetSchema(SourceText source, String schema) implements AlterAction {}

    record AddConstraint(SourceText source, boolean ifNotExists, TableConstraint constraint) implements AlterAction {}

    record AlterConstraint(SourceText source, String name) implements AlterAction {}

    record ValidateConstraint(SourceText source, String name) implements AlterAction {}

    record DropConstraint(SourceText source, String name, boolean ifExists, boolean cascade) implements AlterAction {}

    record DropPrimaryKey(SourceText source) implements AlterAction {}

    record RenameConstraint(SourceText source, String from, String to) implements AlterAction {}

    /** MySQL's ADD INDEX, KEY, FULLTEXT and SPATIAL. */
    record AddIndex(SourceText source, boolean ifNotExists, Optional<String> name, IndexKind kind, List<IndexKey> keys)
            implements AlterAction {}

    record DropIndex(SourceText source, String name, boolean ifExists) implements AlterAction {}

    record RenameIndex(SourceText source, String from, String to) implements AlterAction {}

    /** MySQL's ALTER INDEX … VISIBLE / INVISIBLE, MariaDB's IGNORED. */
    record AlterIndexVisibility(SourceText source, String name) implements AlterAction {}

    /** MySQL's ALTER CHECK / CONSTRAINT … [NOT] ENFORCED. */
    record AlterCheckEnforcement(SourceText source, String name, boolean enforced) implements AlterAction {}

    /** ENGINE, ROW_FORMAT, COMMENT, AUTO_INCREMENT …, SET (fillfactor = 80): name in upper case. */
    record TableOption(SourceText source, String name, String value) implements AlterAction {}

    record ConvertCharset(SourceText source) implements AlterAction {}

    record OrderBy(SourceText source) implements AlterAction {}

    /** SET ACCESS METHOD, SET TABLESPACE, SET LOGGED / UNLOGGED: {@code what} in upper case. */
    record RewriteTable(SourceText source, String what) implements AlterAction {}

    record AttachPartition(SourceText source, QualifiedName partition, SourceText bound) implements AlterAction {}

    record DetachPartition(SourceText source, QualifiedName partition, boolean concurrently, boolean finalizing)
            implements AlterAction {}

    /** MySQL's ADD, DROP, TRUNCATE, REORGANIZE, EXCHANGE … PARTITION, PARTITION BY: {@code verb} in upper case. */
    record PartitionMaintenance(SourceText source, String verb) implements AlterAction {}

    /** ENABLE / DISABLE TRIGGER, RULE, KEYS: {@code what} in upper case. */
    record Toggle(SourceText source, boolean enable, String what) implements AlterAction {}

    /** ENABLE, DISABLE, FORCE, NO FORCE ROW LEVEL SECURITY. */
    record RowSecurity(SourceText source, String what) implements AlterAction {}

    record Inherit(SourceText source, QualifiedName parent, boolean add) implements AlterAction {}

    /** OWNER TO, CLUSTER ON, REPLICA IDENTITY, OF, NOT OF, SET WITHOUT OIDS: the catalog alone changes. */
    record CatalogOnly(SourceText source, String what) implements AlterAction {}
}
