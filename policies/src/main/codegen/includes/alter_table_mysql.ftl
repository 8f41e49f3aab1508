<#-- ALTER TABLE's actions in MySQL and MariaDB. -->

/** ADD [COLUMN] ( … ): several columns, and indexes and constraints among them. */
JAVACODE
boolean addsSeveral() {
    return peek(2).kind == LPAREN || (peek(2).is("COLUMN") && addsSeveralBehindColumn());
}

JAVACODE
boolean addsSeveralBehindColumn() {
    return peek(3).kind == LPAREN
        || (peek(3).is("IF") && peek(4).is("NOT") && peek(5).is("EXISTS") && peek(6).kind == LPAREN);
}

void MySqlAddSeveral(List<AlterAction> actions) :
{
    final boolean ifNotExists;
}
{
    <ADD> { take("COLUMN"); }
    ifNotExists = Opt("IF", "NOT", "EXISTS")
    <LPAREN>
    MySqlAddOne(actions, ifNotExists)
    ( <COMMA> MySqlAddOne(actions, ifNotExists) )*
    <RPAREN>
}

void MySqlAddOne(List<AlterAction> actions, boolean ifNotExists) :
{
    final int start = here();
    final AlterAction action;
}
{
    action = MySqlAddWhat(start, ifNotExists)
    { actions.add(action); }
}

AlterAction MySqlAddWhat(int start, boolean ifNotExists) :
{
    final AlterAction action;
    final TableConstraint constraint;
    final ColumnSpec column;
    final Optional<SourceText> position;
    boolean unlessExists = ifNotExists;
}
{
    (
        LOOKAHEAD({ atAny("INDEX", "KEY", "FULLTEXT", "SPATIAL") || at("VECTOR", "INDEX") || at("VECTOR", "KEY") })
        action = AddIndexClause()
        { return action; }
    |
        LOOKAHEAD({ atTableConstraint() })
        constraint = TableConstraint()
        { return new AlterAction.AddConstraint(from(start), unlessExists, constraint); }
    |
        LOOKAHEAD({ true })
        { take("COLUMN"); unlessExists = take("IF", "NOT", "EXISTS") || unlessExists; }
        column = ColumnDefinition()
        position = ColumnPosition()
        { return new AlterAction.AddColumn(from(start), unlessExists, column, position); }
    )
}

Optional<SourceText> ColumnPosition() :
{
    final int start = here();
}
{
    (
        LOOKAHEAD({ at("FIRST") }) Word() { return Optional.of(from(start)); }
    |
        LOOKAHEAD({ at("AFTER") }) Word() { takeName(); return Optional.of(from(start)); }
    |
        { return Optional.empty(); }
    )
}

/** INDEX, KEY, FULLTEXT, SPATIAL, in ALTER TABLE and CREATE TABLE. */
AlterAction AddIndexClause() :
{
    final int start = addStart();
    IndexKind kind = IndexKind.PLAIN;
    final boolean ifNotExists;
    Optional<String> name = Optional.empty();
    String given;
    final List<IndexKey> keys;
}
{
    (
        LOOKAHEAD({ atAny("FULLTEXT", "SPATIAL") }) given = Word() { kind = IndexKind.valueOf(given); }
    |
        LOOKAHEAD({ at("VECTOR") }) Words("VECTOR")
    |
        {}
    )
    { takeAny("INDEX", "KEY"); }
    ifNotExists = Opt("IF", "NOT", "EXISTS")
    [ LOOKAHEAD({ isName() && !at("USING") && !(at("TYPE") && !(peek(2).kind == LPAREN)) })
      given = Name() { name = Optional.of(given); } ]
    { mysqlIndexType(); }
    keys = IndexKeys()
    { mysqlIndexOptions(); }
    { return new AlterAction.AddIndex(from(start), ifNotExists, name, kind, keys); }
}

/** The action starts at its ADD where there is one. */
JAVACODE
int addStart() {
    return getToken(0) instanceof DdlToken && last().is("ADD") ? last().start : here();
}

AlterAction MySqlAction(int start) :
{
    final String verb;
    final AlterAction action;
}
{
    (
        LOOKAHEAD({ atPartitionVerb() }) action = PartitionMaintenance(start)
    |
        LOOKAHEAD({ at("ADD") }) action = MySqlAdd(start)
    |
        LOOKAHEAD({ at("DROP") }) action = MySqlDrop(start)
    |
        LOOKAHEAD({ at("ALTER") }) action = MySqlAlter(start)
    |
        LOOKAHEAD({ atAny("MODIFY", "CHANGE") }) action = MySqlModify(start)
    |
        LOOKAHEAD({ at("RENAME") }) action = MySqlRename(start)
    |
        LOOKAHEAD({ at("CONVERT", "TO") }) action = ConvertCharset(start)
    |
        LOOKAHEAD({ at("ORDER", "BY") }) action = OrderByAction(start)
    |
        LOOKAHEAD({ at("ENABLE", "KEYS") || at("DISABLE", "KEYS") })
        verb = Word() Word()
        { return new AlterAction.Toggle(from(start), verb.equals("ENABLE"), "KEYS"); }
    |
        LOOKAHEAD({ at("DISCARD", "TABLESPACE") || at("IMPORT", "TABLESPACE") })
        verb = Word() Word()
        { return new AlterAction.RewriteTable(from(start), verb + " TABLESPACE"); }
    |
        LOOKAHEAD({ at("FORCE") })
        Word() { }
        { return new AlterAction.RewriteTable(from(start), "FORCE"); }
    |
        LOOKAHEAD({ at("WITH", "VALIDATION") || at("WITHOUT", "VALIDATION") })
        verb = Word() Word()
        { return new AlterAction.TableOption(from(start), "VALIDATION", verb); }
    |
        LOOKAHEAD({ maria() && at("WITH", "SYSTEM", "VERSIONING") })
        Word() Word() Word()
        { return new AlterAction.RewriteTable(from(start), "WITH SYSTEM VERSIONING"); }
    |
        LOOKAHEAD({ at("SECONDARY_LOAD") || at("SECONDARY_UNLOAD") })
        verb = Word() { restOfItem(); }
        { return new AlterAction.RewriteTable(from(start), verb); }
    |
        action = TableOption(start)
    )
    { return action; }
}

JAVACODE
boolean atPeriod() {
    return maria() && (at("PERIOD", "FOR") || at("PERIOD", "IF"));
}

AlterAction MySqlAdd(int start) :
{
    final AlterAction action;
}
{
    <ADD>
    (
        LOOKAHEAD({ maria() && at("SYSTEM", "VERSIONING") })
        Word() Word() { }
        { return new AlterAction.RewriteTable(from(start), "ADD SYSTEM VERSIONING"); }
    |
        LOOKAHEAD({ atPeriod() })
        RestOfItem()
        { return new AlterAction.RewriteTable(from(start), "ADD PERIOD"); }
    |
        action = MySqlAddWhat(start, false)
        { return action; }
    )
}

AlterAction MySqlDrop(int start) :
{
    boolean ifExists;
    final String name;
    boolean cascade;
}
{
    <DROP>
    (
        LOOKAHEAD({ at("PRIMARY") })
        <PRIMARY> Words("KEY")
        { return new AlterAction.DropPrimaryKey(from(start)); }
    |
        LOOKAHEAD({ at("FOREIGN") })
        <FOREIGN> Words("KEY") ifExists = Opt("IF", "EXISTS") name = Name()
        { return new AlterAction.DropConstraint(from(start), name, ifExists, false); }
    |
        LOOKAHEAD({ atAny("CHECK", "CONSTRAINT") })
        Word() { }
        ifExists = Opt("IF", "EXISTS") name = Label()
        { return new AlterAction.DropConstraint(from(start), name, ifExists, false); }
    |
        LOOKAHEAD({ atAny("INDEX", "KEY") })
        Word() { }
        ifExists = Opt("IF", "EXISTS") name = Label()
        { return new AlterAction.DropIndex(from(start), name, ifExists); }
    |
        LOOKAHEAD({ maria() && at("SYSTEM", "VERSIONING") })
        Word() Word() { }
        { return new AlterAction.RewriteTable(from(start), "DROP SYSTEM VERSIONING"); }
    |
        LOOKAHEAD({ atPeriod() })
        RestOfItem()
        { return new AlterAction.RewriteTable(from(start), "DROP PERIOD"); }
    |
        LOOKAHEAD({ true })
        { if (at("COLUMN")) { anyWord(); } }
        ifExists = Opt("IF", "EXISTS") name = Name() cascade = DropBehavior()
        { return new AlterAction.DropColumn(from(start), name, ifExists, cascade); }
    )
}

AlterAction MySqlAlter(int start) :
{
    final String name;
    final boolean yes;
    final SourceText text;
    final String keyword;
}
{
    <ALTER>
    (
        LOOKAHEAD({ atAny("INDEX", "KEY") })
        Word() { take("IF", "EXISTS"); name = takeLabel(); }
        { if (!take("NOT", "IGNORED") && !takeAny("VISIBLE", "INVISIBLE", "IGNORED")) { throw unexpected("VISIBLE"); } }
        { return new AlterAction.AlterIndexVisibility(from(start), name); }
    |
        LOOKAHEAD({ atAny("CHECK", "CONSTRAINT") })
        Word() { name = takeLabel(); yes = !take("NOT"); need("ENFORCED"); }
        { return new AlterAction.AlterCheckEnforcement(from(start), name, yes); }
    |
        LOOKAHEAD({ true })
        { if (at("COLUMN")) { anyWord(); } take("IF", "EXISTS"); name = takeName(); }
        (
            LOOKAHEAD({ at("SET", "DEFAULT") })
            <SET> <DEFAULT_> { text = defaultExpression(); }
            { return new AlterAction.SetDefault(from(start), name, text); }
        |
            LOOKAHEAD({ at("DROP", "DEFAULT") })
            <DROP> <DEFAULT_>
            { return new AlterAction.DropDefault(from(start), name); }
        |
            LOOKAHEAD({ at("SET", "MASKING", "POLICY") || at("DROP", "MASKING", "POLICY") })
            Word() Word() Word()
            { restOfItem(); }
            { return new AlterAction.AlterColumnAttribute(from(start), name, "MASKING POLICY"); }
        |
            <SET>
            { keyword = peek().word; if (!takeAny("VISIBLE", "INVISIBLE")) { throw unexpected("VISIBLE"); } }
            { return new AlterAction.AlterColumnAttribute(from(start), name, keyword); }
        )
    )
}

AlterAction MySqlModify(int start) :
{
    final boolean change;
    String from;
    final ColumnSpec column;
    final Optional<SourceText> position;
}
{
    { change = anyWord().equals("CHANGE"); if (at("COLUMN")) { anyWord(); } take("IF", "EXISTS"); }
    { from = change ? takeName() : ""; }
    column = ColumnDefinition()
    position = ColumnPosition()
    { return new AlterAction.ModifyColumn(from(start), change ? from : column.name(), column, position); }
}

AlterAction MySqlRename(int start) :
{
    final String from;
    final String to;
    final QualifiedName table;
}
{
    Words("RENAME")
    (
        LOOKAHEAD({ at("COLUMN") })
        Word() { take("IF", "EXISTS"); }
        from = Name() <TO> to = Name()
        { return new AlterAction.RenameColumn(from(start), from, to); }
    |
        LOOKAHEAD({ atAny("INDEX", "KEY") })
        Word() { take("IF", "EXISTS"); }
        from = Label() <TO> to = Label()
        { return new AlterAction.RenameIndex(from(start), from, to); }
    |
        LOOKAHEAD({ true })
        { if (!takeAny("TO", "AS")) { takeKind(EQ); } }
        table = QualifiedName()
        { return new AlterAction.RenameTable(from(start), table); }
    )
}

AlterAction ConvertCharset(int start) :
{}
{
    Words("CONVERT", "TO")
    {
        if (!take("CHARSET") && !take("CHARACTER", "SET")) {
            need("CHAR", "SET");
        }
        takeKind(EQ);
        optionValue();
        if (take("COLLATE")) {
            takeKind(EQ);
            optionValue();
        }
        return new AlterAction.ConvertCharset(from(start));
    }
}

/** ORDER BY a, b: the commas are its own. */
AlterAction OrderByAction(int start) :
{}
{
    Words("ORDER", "BY")
    {
        do {
            QualifiedName();
            takeAny("ASC", "DESC");
        } while (atKind(COMMA) && !isMySqlItem(2) && takeKind(COMMA));
        return new AlterAction.OrderBy(from(start));
    }
}

JAVACODE
boolean isMySqlItem(int ahead) {
    final String word = peek(ahead).word;
    return word.equals("ADD") || word.equals("DROP") || word.equals("ALTER") || word.equals("CHANGE")
        || (word.equals("MODIFY") && peek(ahead + 1).kind != COMMA)
        || word.equals("RENAME") || word.equals("LOCK") || word.equals("FORCE")
        || (word.equals("ALGORITHM") && peek(ahead + 1).kind != COMMA)
        || peek(ahead + 1).kind == EQ;
}

JAVACODE
AlterAction TableOption(int start) {
    if (!atTableOption()) {
        throw unexpected("an action");
    }
    final String name = tableOptionName();
    final int value = here();
    optionValue();
    return new AlterAction.TableOption(from(start), name, from(value).text());
}

JAVACODE
boolean atPartitionVerb() {
    return at("PARTITION", "BY")
        || at("REMOVE", "PARTITIONING")
        || at("UPGRADE", "PARTITIONING")
        || ((atAny("ADD", "DROP", "TRUNCATE", "COALESCE", "REORGANIZE", "EXCHANGE", "ANALYZE", "CHECK", "OPTIMIZE",
                "REBUILD", "REPAIR", "DISCARD", "IMPORT") || (maria() && at("CONVERT")))
            && (peek(2).is("PARTITION") || (at("CONVERT", "TABLE"))));
}

/** Partition maintenance stands alone, so it goes to the end, commas included. */
AlterAction PartitionMaintenance(int start) :
{
    final String verb;
}
{
    { verb = anyWord() + " " + anyWord(); }
    Rest()
    { return new AlterAction.PartitionMaintenance(from(start), verb); }
}
