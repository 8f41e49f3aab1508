<#-- What a statement is by its first words. -->

/** MariaDB's settings for one statement, which stand in front of it. */
JAVACODE
void skipStatementSettings() {
    while (maria() && take("SET", "STATEMENT")) {
        if (!skipTo("FOR")) {
            throw unexpected("FOR");
        }
        anyWord();
    }
}

/** The parser's entrance: one statement and nothing behind it. */
SchemaChange SchemaChangeEof() :
{
    final SchemaChange change;
}
{
    change = SchemaChangeStatement() <EOF>
    { return change; }
}

SchemaChange SchemaChangeStatement() :
{
    final int start = here();
    final SchemaChange change;
}
{
    { forgetOnlineOptions(); skipStatementSettings(); }
    (
        <ALTER> change = Alter(start)
    |
        <CREATE> change = Create(start)
    |
        <DROP> change = Drop(start)
    |
        <TRUNCATE> change = Truncate(start)
    |
        LOOKAHEAD({ at("RENAME") }) change = Rename(start)
    |
        LOOKAHEAD({ at("REINDEX") }) change = Reindex(start)
    |
        LOOKAHEAD({ at("REFRESH") }) change = Refresh(start)
    |
        LOOKAHEAD({ at("LOCK") }) change = Lock(start)
    |
        LOOKAHEAD({ at("VACUUM") }) change = Vacuum(start)
    |
        LOOKAHEAD({ at("CLUSTER") }) change = Cluster(start)
    |
        LOOKAHEAD({ my() && atAny("OPTIMIZE", "REPAIR") }) change = Optimize(start)
    |
        LOOKAHEAD({ atAny("DO", "CALL", "PREPARE", "EXECUTE") || at("BEGIN", "NOT", "ATOMIC") || (maria() && atAny("BEGIN", "DECLARE", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR")) }) change = Opaque(start)
    |
        LOOKAHEAD({ pg() && (atAny("SELECT", "WITH") || atKind(LPAREN)) }) change = SelectInto(start)
    |
        change = Annotation(start)
    )
    { return change; }
}

SchemaChange Alter(int start) :
{
    final SchemaChange change;
}
{
    (
        LOOKAHEAD({ atAlterTable() }) change = AlterTable(start)
    |
        LOOKAHEAD({ pg() && at("TYPE") }) change = AlterType(start)
    |
        LOOKAHEAD({ pg() && at("DOMAIN") }) change = AlterDomain(start)
    |
        change = AlterObject(start)
    )
    { return change; }
}

JAVACODE
boolean atAlterTable() {
    return at("TABLE") || (my() && (atAny("ONLINE", "OFFLINE", "IGNORE")));
}

SchemaChange Create(int start) :
{
    boolean orReplace = false;
    boolean temporary = false;
    SchemaChange change;
}
{
    [ LOOKAHEAD({ at("OR", "REPLACE") }) Words("OR", "REPLACE") { orReplace = true; } ]
    { if (pg()) { takeAny("GLOBAL", "LOCAL"); } }
    { if (atAny("TEMPORARY", "TEMP")) { anyWord(); temporary = true; } }
    { if (pg()) { take("UNLOGGED"); } else if (at("EXTERNAL", "TABLE")) { take("EXTERNAL"); } }
    (
        LOOKAHEAD({ at("TABLE") }) change = CreateTable(start, temporary, orReplace)
    |
        LOOKAHEAD({ atCreateIndex() }) change = CreateIndex(start)
    |
        LOOKAHEAD({ pg() && at("SCHEMA") }) change = CreateSchema(start)
    |
        change = CreateOther(start)
    )
    { return change; }
}

JAVACODE
boolean atCreateIndex() {
    return at("INDEX") || at("UNIQUE")
        || (my() && !at("SPATIAL", "REFERENCE") && atAny("FULLTEXT", "SPATIAL", "VECTOR", "ONLINE", "OFFLINE"));
}

SchemaChange Drop(int start) :
{
    boolean temporary = false;
    final SchemaChange change;
}
{
    [ LOOKAHEAD({ my() && at("TEMPORARY") }) Words("TEMPORARY") { temporary = true; } ]
    (
        LOOKAHEAD({ at("TABLE") || (my() && at("TABLES")) }) change = DropTable(start, temporary)
    |
        LOOKAHEAD({ at("INDEX") || (my() && atAny("ONLINE", "OFFLINE")) }) change = DropIndex(start)
    |
        LOOKAHEAD({ at("SCHEMA") || (my() && at("DATABASE")) }) change = DropSchema(start)
    |
        change = DropObject(start)
    )
    { return change; }
}

SchemaChange Truncate(int start) :
{
    final List<QualifiedName> tables;
    final boolean cascade;
}
{
    [ <TABLE> ]
    tables = TableReferences()
    {
        takeLockWait();
        if (!take("RESTART", "IDENTITY")) {
            take("CONTINUE", "IDENTITY");
        }
    }
    cascade = DropBehavior()
    { return new SchemaChange.Truncate(from(start), tables, cascade); }
}

SchemaChange Rename(int start) :
{
    final List<SchemaChange.RenameTables.Renaming> renamings = new ArrayList<SchemaChange.RenameTables.Renaming>();
    QualifiedName one;
    QualifiedName other;
}
{
    Words("RENAME")
    (
        LOOKAHEAD({ at("USER") })
        Word() { rest(); }
        { return new SchemaChange.AlterObject(from(start), "USER", Optional.empty(), "RENAME TO"); }
    |
        LOOKAHEAD({ true })
        { if (!takeAny("TABLE", "TABLES")) { throw unexpected("TABLE"); } take("IF", "EXISTS"); }
        one = QualifiedName() { takeLockWait(); } <TO> other = QualifiedName()
        { renamings.add(new SchemaChange.RenameTables.Renaming(one, other)); }
        (
            <COMMA>
            one = QualifiedName() { takeLockWait(); } <TO> other = QualifiedName()
            { renamings.add(new SchemaChange.RenameTables.Renaming(one, other)); }
        )*
        { return new SchemaChange.RenameTables(from(start), renamings); }
    )
}

SchemaChange Reindex(int start) :
{
    boolean concurrently = false;
    final String target;
    Optional<QualifiedName> name = Optional.empty();
    QualifiedName given;
}
{
    Words("REINDEX")
    { if (atKind(LPAREN)) { concurrently = takeOptionList("concurrently"); } }
    {
        if (!atAny("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM")) {
            throw unexpected("INDEX, TABLE, SCHEMA, DATABASE or SYSTEM");
        }
        target = anyWord();
    }
    [ LOOKAHEAD({ at("CONCURRENTLY") }) Words("CONCURRENTLY") { concurrently = true; } ]
    [ LOOKAHEAD({ isName() }) given = QualifiedName() { name = Optional.of(given); } ]
    { return new SchemaChange.Reindex(from(start), target, name, concurrently); }
}

SchemaChange Refresh(int start) :
{
    boolean concurrently = false;
    boolean withNoData = false;
    final QualifiedName view;
}
{
    Words("REFRESH", "MATERIALIZED", "VIEW")
    [ LOOKAHEAD({ at("CONCURRENTLY") }) Words("CONCURRENTLY") { concurrently = true; } ]
    view = QualifiedName()
    {
        withNoData = take("WITH", "NO", "DATA");
        if (!withNoData) {
            take("WITH", "DATA");
        }
        return new SchemaChange.RefreshMaterializedView(from(start), view, concurrently, withNoData);
    }
}

SchemaChange Lock(int start) :
{
    List<QualifiedName> tables = new ArrayList<QualifiedName>();
    QualifiedName table;
    String mode = "ACCESS EXCLUSIVE";
}
{
    Words("LOCK")
    (
        LOOKAHEAD({ pg() })
        [ <TABLE> ]
        tables = TableReferences()
        [
            LOOKAHEAD({ at("IN") })
            <IN> { mode = anyWord(); }
            { while (!at("MODE")) { mode = mode + " " + anyWord(); } }
            Words("MODE")
        ]
        { take("NOWAIT"); }
    |
        LOOKAHEAD({ at("INSTANCE") })
        Words("INSTANCE", "FOR", "BACKUP") { mode = "INSTANCE"; }
    |
        LOOKAHEAD({ true })
        { if (!takeAny("TABLES", "TABLE")) { throw unexpected("TABLES"); } mode = "READ"; }
        table = QualifiedName() { tables.add(table); mode = lockMode(mode); }
        ( <COMMA> table = QualifiedName() { tables.add(table); mode = lockMode(mode); } )*
    )
    { return new SchemaChange.LockTable(from(start), tables, mode); }
}

/** MySQL's lock of one table of the list; the stronger of both. */
JAVACODE
String lockMode(String before) {
    take("AS");
    if (!atAny("READ", "WRITE", "LOW_PRIORITY")) {
        takeName();
    }
    take("LOW_PRIORITY");
    boolean write = take("WRITE");
    if (!write) {
        need("READ");
        take("LOCAL");
    }
    if (take("CONCURRENT")) {
        write = true;
    }
    takeLockWait();
    return write ? "WRITE" : before;
}

SchemaChange Vacuum(int start) :
{
    boolean full = false;
    List<QualifiedName> tables = new ArrayList<QualifiedName>();
    QualifiedName table;
}
{
    Words("VACUUM")
    (
        LOOKAHEAD({ atKind(LPAREN) }) { full = takeOptionList("full"); }
    |
        LOOKAHEAD({ true })
        { full = take("FULL"); take("FREEZE"); take("VERBOSE"); if (!take("ANALYZE")) { take("ANALYSE"); } }
    )
    [
        LOOKAHEAD({ isName() || at("ONLY") })
        table = TableReference() { tables.add(table); optionalGroup(); }
        ( <COMMA> table = TableReference() { tables.add(table); optionalGroup(); } )*
    ]
    {
        return full
            ? new SchemaChange.RewriteTables(from(start), tables, "VACUUM")
            : new SchemaChange.Annotation(from(start), "VACUUM");
    }
}

SchemaChange Cluster(int start) :
{
    final List<QualifiedName> tables = new ArrayList<QualifiedName>();
    QualifiedName table;
}
{
    Words("CLUSTER")
    { take("VERBOSE"); optionalGroup(); }
    [
        LOOKAHEAD({ isName() })
        table = QualifiedName()
        (
            LOOKAHEAD({ at("ON") }) <ON> table = QualifiedName()
        |
            LOOKAHEAD({ at("USING") }) <USING> Name()
        |
            {}
        )
        { tables.add(table); }
    ]
    { return new SchemaChange.RewriteTables(from(start), tables, "CLUSTER"); }
}

SchemaChange Optimize(int start) :
{
    final String verb = anyWord();
    final List<QualifiedName> tables;
}
{
    {
        takeAny("NO_WRITE_TO_BINLOG", "LOCAL");
        if (at("VIEW")) {
            rest();
            return new SchemaChange.Annotation(from(start), verb + " VIEW");
        }
        if (!takeAny("TABLE", "TABLES")) { throw unexpected("TABLE"); } }
    tables = QualifiedNames()
    { takeLockWait(); while (takeAny("QUICK", "EXTENDED", "USE_FRM", "FORCE")) { } }
    { return new SchemaChange.RewriteTables(from(start), tables, verb + " TABLE"); }
}

/** DO, CALL, PREPARE, EXECUTE: the facade reads what is embedded. */
SchemaChange Opaque(int start) :
{
    String verb = anyWord();
}
{
    {
        if (verb.equals("EXECUTE") && take("IMMEDIATE")) {
            verb = "EXECUTE IMMEDIATE";
        } else if (verb.equals("BEGIN")) {
            verb = "BEGIN NOT ATOMIC";
        }
        if (atEnd()) {
            throw unexpected("more");
        }
    }
    Rest()
    { return new SchemaChange.Opaque(from(start), verb, Optional.empty()); }
}

/** SELECT … INTO, with or without WITH. */
SchemaChange SelectInto(int start) :
{
    boolean temporary = false;
    final QualifiedName table;
}
{
    {
        while (takeKind(LPAREN)) {
            // The INTO of a query in parentheses is inside of them.
        }
        if (!skipTo("INTO")) {
            throw unexpected("INTO");
        }
    }
    <INTO>
    {
        takeAny("GLOBAL", "LOCAL");
        temporary = takeAny("TEMPORARY", "TEMP");
        take("UNLOGGED");
        take("TABLE");
    }
    table = QualifiedName()
    { while (!atEnd()) { if (!takeKind(RPAREN)) { takeGroup(); } } }
    {
        return new SchemaChange.CreateTable(
            from(start), table, temporary, false, new ArrayList<ColumnSpec>(), new ArrayList<TableConstraint>(),
            Optional.empty(), new ArrayList<QualifiedName>(), false, true);
    }
}

/** What changes no table: the verb says all. */
SchemaChange Annotation(int start) :
{
    final String tag;
}
{
    (
        LOOKAHEAD({ at("COMMENT", "ON") }) Word() { tag = "COMMENT"; }
    |
        LOOKAHEAD({ at("GRANT") }) Word() { tag = "GRANT"; }
    |
        LOOKAHEAD({ at("REVOKE") }) Word() { tag = "REVOKE"; }
    |
        LOOKAHEAD({ at("SECURITY", "LABEL") }) Word() { tag = "SECURITY LABEL"; }
    |
        LOOKAHEAD({ at("REASSIGN", "OWNED") }) Word() { tag = "REASSIGN OWNED"; }
    |
        LOOKAHEAD({ at("IMPORT", "FOREIGN", "SCHEMA") }) Word() { tag = "IMPORT FOREIGN SCHEMA"; }
    |
        LOOKAHEAD({ my() && at("IMPORT", "TABLE", "FROM") }) Word() { tag = "IMPORT TABLE"; }
    |
        LOOKAHEAD({ atAny("ANALYZE", "ANALYSE") }) Word() { tag = my() ? "ANALYZE TABLE" : "ANALYZE"; }
    |
        LOOKAHEAD({ my() && (at("CHECK", "TABLE") || at("CHECK", "TABLES") || at("CHECK", "VIEW")) }) Word()
        { tag = "CHECK " + (at("VIEW") ? "VIEW" : "TABLE"); }
    |
        Unexpected("a schema change") { return null; }
    )
    { restOfStatement(); }
    { return new SchemaChange.Annotation(from(start), tag); }
}
