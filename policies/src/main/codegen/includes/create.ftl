<#-- CREATE and DROP of tables, indexes and schemas. -->

SchemaChange CreateTable(int start, boolean temporary, boolean orReplace) :
{
    final boolean ifNotExists;
    final QualifiedName table;
    final List<ColumnSpec> columns = new ArrayList<ColumnSpec>();
    final List<TableConstraint> constraints = new ArrayList<TableConstraint>();
    Optional<QualifiedName> partitionOf = Optional.empty();
    QualifiedName parent;
    boolean asSelect = false;
}
{
    <TABLE>
    ifNotExists = Opt("IF", "NOT", "EXISTS")
    table = QualifiedName()
    { takeLockWait(); }
    (
        LOOKAHEAD({ pg() && at("PARTITION", "OF") })
        Words("PARTITION", "OF") parent = QualifiedName() { partitionOf = Optional.of(parent); }
    |
        LOOKAHEAD({ pg() && at("OF") })
        Words("OF") QualifiedName()
    |
        LOOKAHEAD({ my() && at("LIKE") })
        <LIKE> QualifiedName()
    |
        {}
    )
    [
        LOOKAHEAD({ atKind(LPAREN) && !(my() && opensQuery()) })
        TableElements(columns, constraints)
    ]
    asSelect = TableTail()
    {
        return new SchemaChange.CreateTable(
            from(start), table, temporary, ifNotExists, columns, constraints, partitionOf,
            referencedTables(columns, constraints), orReplace, asSelect);
    }
}

void TableElements(List<ColumnSpec> columns, List<TableConstraint> constraints) :
{}
{
    <LPAREN>
    [
        LOOKAHEAD({ !atKind(RPAREN) })
        TableElement(columns, constraints)
        ( <COMMA> TableElement(columns, constraints) )*
    ]
    <RPAREN>
}

void TableElement(List<ColumnSpec> columns, List<TableConstraint> constraints) :
{
    ColumnSpec column;
    TableConstraint constraint;
}
{
    (
        LOOKAHEAD({ at("LIKE") }) <LIKE> QualifiedName() RestOfItem()
    |
        LOOKAHEAD({ my() && (atAny("INDEX", "KEY", "FULLTEXT", "SPATIAL") || at("VECTOR", "INDEX") || at("VECTOR", "KEY")) })
        AddIndexClause()
    |
        LOOKAHEAD({ maria() && at("PERIOD", "FOR") }) RestOfItem()
    |
        LOOKAHEAD({ atTableConstraint() })
        constraint = TableConstraint() { constraints.add(constraint); }
    |
        LOOKAHEAD({ isName() && (peek(2).kind == COMMA || peek(2).kind == RPAREN) })
        Name()
    |
        LOOKAHEAD({ pg() && (at2("WITH", "OPTIONS") || atUntypedConstraint()) })
        column = TypedTableColumn() { columns.add(column); }
    |
        column = ColumnDefinition() { columns.add(column); }
    )
}

JAVACODE
boolean at2(String second, String third) {
    return isName() && peek(2).is(second) && peek(3).is(third);
}

/** A column of a typed table without WITH OPTIONS: a constraint stands where the type would. */
JAVACODE
boolean atUntypedConstraint() {
    final String second = peek(2).word;
    return isName()
        && (second.equals("NOT") || second.equals("NULL") || second.equals("DEFAULT") || second.equals("CHECK")
            || second.equals("UNIQUE") || second.equals("PRIMARY") || second.equals("REFERENCES")
            || second.equals("CONSTRAINT"));
}

JAVACODE
boolean atTableConstraint() {
    if (atAny("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK")) {
        return true;
    }
    return pg()
        && ((at("EXCLUDE") && (peek(2).is("USING") || peek(2).kind == LPAREN)) || at("NOT", "NULL"));
}

/** What stands behind the columns; whether a query fills the table. */
boolean TableTail() :
{
    boolean asSelect = false;
}
{
    {
        while (!atElementEnd() && !atKind(RPAREN)) {
            final boolean query = pg()
                ? at("AS")
                : at("SELECT") || at("AS") || at("TABLE") || (at("WITH") && !peek(2).is("SYSTEM"))
                    || at("VALUES")
                    || (atKind(LPAREN) && opensQuery());
            if (query) {
                asSelect = true;
                restOfStatement();
            } else if (pg() && !atTableTailWord()) {
                throw unexpected("an option of the table");
            } else {
                tableTailItem();
            }
        }
    }
    { return asSelect; }
}

/** Whether the parenthesis that comes next is a query's. */
JAVACODE
boolean opensQuery() {
    return peek(2).is("SELECT") || peek(2).is("WITH") || peek(2).is("VALUES") || peek(2).kind == LPAREN
        || (peek(2).is("TABLE") && isName(3));
}

JAVACODE
boolean atTableTailWord() {
    return atAny("INHERITS", "PARTITION", "USING", "WITH", "WITHOUT", "ON", "TABLESPACE", "FOR", "DEFAULT");
}

JAVACODE
void tableTailItem() {
    if (my()) {
        takeGroup();
    } else if (take("INHERITS") || (at("WITH") && peek(2).kind == LPAREN && take("WITH"))) {
        takeGroup();
    } else if (take("WITHOUT")) {
        need("OIDS");
    } else if (take("ON", "COMMIT")) {
        if (!take("DROP")) {
            anyWord();
            need("ROWS");
        }
    } else if (takeAny("TABLESPACE", "USING")) {
        takeName();
    } else if (take("PARTITION", "BY")) {
        anyWord();
        takeGroup();
    } else if (take("FOR", "VALUES")) {
        while (atAny("IN", "FROM", "TO", "WITH") && (peek(2).kind == LPAREN)) {
            anyWord();
            takeGroup();
        }
    } else if (!take("DEFAULT")) {
        throw unexpected("an option of the table");
    }
}

SchemaChange CreateIndex(int start) :
{
    IndexKind kind = IndexKind.PLAIN;
    boolean concurrently = false;
    boolean ifNotExists = false;
    boolean only = false;
    Optional<QualifiedName> name = Optional.empty();
    QualifiedName given;
    final QualifiedName table;
    Optional<String> method = Optional.empty();
    String word;
    final List<IndexKey> keys;
    Optional<SourceText> where = Optional.empty();
    int predicate;
}
{
    { if (my()) { takeAny("ONLINE", "OFFLINE"); } }
    (
        LOOKAHEAD({ atAny("UNIQUE", "FULLTEXT", "SPATIAL") })
        word = Word() { kind = IndexKind.valueOf(word); }
    |
        LOOKAHEAD({ my() && at("VECTOR") }) Words("VECTOR")
    |
        {}
    )
    Words("INDEX")
    [ LOOKAHEAD({ pg() && at("CONCURRENTLY") }) Words("CONCURRENTLY") { concurrently = true; } ]
    ifNotExists = Opt("IF", "NOT", "EXISTS")
    [ LOOKAHEAD({ isName() }) given = QualifiedName() { name = Optional.of(given); } ]
    { if (my() && takeAny("USING", "TYPE")) { method = Optional.of(anyWord().toLowerCase(Locale.ROOT)); } }
    <ON>
    [ LOOKAHEAD({ pg() && at("ONLY") }) <ONLY> { only = true; } ]
    table = QualifiedName()
    { takeLockWait(); }
    [ LOOKAHEAD({ pg() && at("USING") }) <USING> word = Name() { method = Optional.of(word); } ]
    keys = IndexKeys()
    {
        if (my()) {
            takeLockWait();
            mysqlIndexOptions();
            takeLockWait();
            trailingOnlineOptions();
        } else {
            indexParameters();
            if (take("TABLESPACE")) {
                takeName();
            }
        }
    }
    [
        LOOKAHEAD({ pg() && at("WHERE") })
        <WHERE> { predicate = here(); restOfStatement(); where = Optional.of(from(predicate)); }
    ]
    {
        return new SchemaChange.CreateIndex(
            from(start), name, table, kind, concurrently, ifNotExists, only, method, keys, where, onlineOptions());
    }
}

SchemaChange CreateSchema(int start) :
{
    Optional<QualifiedName> name = Optional.empty();
    String given;
    final List<SchemaChange> elements = new ArrayList<SchemaChange>();
    SchemaChange element;
    int elementStart;
}
{
    <SCHEMA> { take("IF", "NOT", "EXISTS"); }
    [ LOOKAHEAD({ isName() }) given = Name() { name = Optional.of(QualifiedName.of(given)); } ]
    [
        LOOKAHEAD({ at("AUTHORIZATION") })
        Words("AUTHORIZATION") given = Label()
        { name = name.isPresent() ? name : Optional.of(QualifiedName.of(given)); }
    ]
    { insideSchema(true); }
    (
        LOOKAHEAD({ atAny("CREATE", "GRANT") })
        (
        <CREATE> { elementStart = last().start; } element = Create(elementStart) { elements.add(element); }
        |
        Word() { elementStart = last().start; restOfStatement(); }
        { elements.add(new SchemaChange.Annotation(from(elementStart), "GRANT")); }
        )
    )*
    { insideSchema(false); }
    { return new SchemaChange.CreateObject(from(start), "SCHEMA", name, elements); }
}

SchemaChange DropTable(int start, boolean temporary) :
{
    final boolean ifExists;
    final List<QualifiedName> tables;
    final boolean cascade;
}
{
    { anyWord(); }
    ifExists = Opt("IF", "EXISTS")
    tables = QualifiedNames()
    { takeLockWait(); }
    cascade = DropBehavior()
    { return new SchemaChange.DropTable(from(start), tables, temporary, ifExists, cascade); }
}

SchemaChange DropIndex(int start) :
{
    boolean concurrently = false;
    final boolean ifExists;
    final List<QualifiedName> indexes;
    Optional<QualifiedName> table = Optional.empty();
    QualifiedName given;
    boolean cascade = false;
}
{
    { if (my()) { takeAny("ONLINE", "OFFLINE"); } }
    Words("INDEX")
    [ LOOKAHEAD({ pg() && at("CONCURRENTLY") }) Words("CONCURRENTLY") { concurrently = true; } ]
    ifExists = Opt("IF", "EXISTS")
    (
        LOOKAHEAD({ pg() }) indexes = QualifiedNames() cascade = DropBehavior()
    |
        given = QualifiedName() { indexes = new ArrayList<QualifiedName>(); indexes.add(given); }
        <ON> given = QualifiedName() { table = Optional.of(given); takeLockWait(); trailingOnlineOptions(); }
    )
    {
        return new SchemaChange.DropIndex(
            from(start), indexes, table, concurrently, ifExists, cascade, onlineOptions());
    }
}

SchemaChange DropSchema(int start) :
{
    final boolean ifExists;
    final List<String> schemas = new ArrayList<String>();
    String schema;
    final boolean cascade;
}
{
    { anyWord(); }
    ifExists = Opt("IF", "EXISTS")
    schema = Name() { schemas.add(schema); }
    ( <COMMA> schema = Name() { schemas.add(schema); } )*
    cascade = DropBehavior()
    { return new SchemaChange.DropSchema(from(start), schemas, ifExists, cascade); }
}
