<#-- ALTER TABLE. The first words of an action decide; PostgreSQL's and MySQL's actions are told apart by dialect. -->

SchemaChange AlterTable(int start) :
{
    final boolean ifExists;
    boolean only = false;
    final QualifiedName table;
    final List<AlterAction> actions = new ArrayList<AlterAction>();
}
{
    { if (my()) { takeAny("ONLINE", "OFFLINE"); take("IGNORE"); } }
    <TABLE>
    (
        LOOKAHEAD({ pg() && at("ALL", "IN", "TABLESPACE") })
        { restOfStatement(); }
        { return new SchemaChange.AlterObject(from(start), "TABLE", Optional.empty(), "ALL IN TABLESPACE"); }
    |
        ifExists = Opt("IF", "EXISTS")
        { only = pg() && at("ONLY"); }
        table = TableReference()
        { takeLockWait(); }
        [
            LOOKAHEAD({ !atEnd() })
            AlterItem(actions, here())
            (
                LOOKAHEAD({ atKind(COMMA) || (my() && !atEnd() && atUnseparatedItem()) })
                (
                    AlterNextItem(actions)
                |
                    AlterItem(actions, here())
                )
            )*
        ]
        {
            if (pg() && actions.isEmpty()) {
                throw unexpected("an action");
            }
            return new SchemaChange.AlterTable(from(start), table, ifExists, only, actions, onlineOptions());
        }
    )
}

void AlterNextItem(List<AlterAction> actions) :
{
    final int comma = here();
}
{
    <COMMA>
    AlterItem(actions, comma)
}

/** Table options need no comma between them, nor do partition options before them. */
JAVACODE
boolean atUnseparatedItem() {
    return atTableOption() || at("PARTITION", "BY") || at("REMOVE", "PARTITIONING");
}

JAVACODE
void OnlineOption(int comma) {
    onlineOption(comma);
}

/** An action, or one of MySQL's options for all of them. */
void AlterItem(List<AlterAction> actions, int comma) :
{
    AlterAction action;
}
{
    (
        LOOKAHEAD({ atOnlineOption() }) OnlineOption(comma)
    |
        LOOKAHEAD({ my() && at("ADD") && addsSeveral() }) MySqlAddSeveral(actions)
    |
        LOOKAHEAD({ my() }) action = MySqlAction(here()) { actions.add(action); }
    |
        action = PostgresAction(here()) { actions.add(action); }
    )
}

AlterAction PostgresAction(int start) :
{
    AlterAction action;
}
{
    (
        <ADD> action = PostgresAdd(start)
    |
        <DROP> action = PostgresDrop(start)
    |
        <ALTER> action = PostgresAlter(start)
    |
        <SET> action = PostgresSet(start)
    |
        LOOKAHEAD({ at("RENAME") }) action = PostgresRename(start)
    |
        LOOKAHEAD({ at("VALIDATE") }) action = ValidateConstraint(start)
    |
        LOOKAHEAD({ at("ATTACH") }) action = AttachPartition(start)
    |
        LOOKAHEAD({ at("DETACH") }) action = DetachPartition(start)
    |
        LOOKAHEAD({ atAny("ENABLE", "DISABLE", "FORCE") || at("NO", "FORCE") }) action = PostgresToggle(start)
    |
        LOOKAHEAD({ at("INHERIT") || at("NO", "INHERIT") }) action = InheritAction(start)
    |
        LOOKAHEAD({ at("RESET") })
        Word() { }
        action = TableOptions(start, "RESET")
    |
        LOOKAHEAD({ at("OWNER", "TO") })
        Word() Word() { takeLabel(); }
        { return new AlterAction.CatalogOnly(from(start), "OWNER TO"); }
    |
        LOOKAHEAD({ at("CLUSTER", "ON") })
        Word() Word() { takeName(); }
        { return new AlterAction.CatalogOnly(from(start), "CLUSTER ON"); }
    |
        LOOKAHEAD({ at("REPLICA", "IDENTITY") }) action = ReplicaIdentity(start)
    |
        LOOKAHEAD({ at("OF") })
        Word() { }
        QualifiedName()
        { return new AlterAction.CatalogOnly(from(start), "OF"); }
    |
        LOOKAHEAD({ at("NOT", "OF") })
        Word() Word() { }
        { return new AlterAction.CatalogOnly(from(start), "NOT OF"); }
    |
        LOOKAHEAD({ at("OPTIONS") })
        Word() { takeGroup(); }
        { return new AlterAction.CatalogOnly(from(start), "OPTIONS"); }
    |
        Unexpected("an action") { return null; }
    )
    { return action; }
}

AlterAction PostgresAdd(int start) :
{
    final TableConstraint constraint;
    final boolean ifNotExists;
    final ColumnSpec column;
}
{
    (
        LOOKAHEAD({ atTableConstraint() })
        constraint = TableConstraint()
        { return new AlterAction.AddConstraint(from(start), false, constraint); }
    |
        LOOKAHEAD({ true })
        { if (at("COLUMN")) { anyWord(); } }
        ifNotExists = Opt("IF", "NOT", "EXISTS")
        column = ColumnDefinition()
        { return new AlterAction.AddColumn(from(start), ifNotExists, column, Optional.empty()); }
    )
}

AlterAction PostgresDrop(int start) :
{
    final boolean ifExists;
    final String name;
    final boolean cascade;
}
{
    (
        LOOKAHEAD({ at("CONSTRAINT") })
        <CONSTRAINT> ifExists = Opt("IF", "EXISTS") name = Name() cascade = DropBehavior()
        { return new AlterAction.DropConstraint(from(start), name, ifExists, cascade); }
    |
        LOOKAHEAD({ true })
        { if (at("COLUMN")) { anyWord(); } }
        ifExists = Opt("IF", "EXISTS") name = Name() cascade = DropBehavior()
        { return new AlterAction.DropColumn(from(start), name, ifExists, cascade); }
    )
}

AlterAction PostgresAlter(int start) :
{
    String name;
    final AlterAction action;
}
{
    (
        LOOKAHEAD({ at("CONSTRAINT") })
        <CONSTRAINT> name = Name()
        {
            while (!atItemEnd()) {
                if (!takeDeferrability() && !take("ENFORCED") && !take("NOT", "ENFORCED")
                        && !take("NO", "INHERIT") && !take("INHERIT") && !take("SET", "INHERIT")
                        && !take("SET", "NO", "INHERIT")) {
                    throw unexpected("an attribute of the constraint");
                }
            }
            return new AlterAction.AlterConstraint(from(start), name);
        }
    |
        LOOKAHEAD({ true })
        { if (at("COLUMN")) { anyWord(); } }
        (
            <UNSIGNED_INTEGER_LITERAL> { name = last().image; }
        |
            name = Name()
        )
        action = PostgresAlterColumn(start, name)
        { return action; }
    )
}

AlterAction PostgresAlterColumn(int start, String name) :
{
    final TypeName type;
    Optional<SourceText> collation = Optional.empty();
    Optional<SourceText> using = Optional.empty();
    SourceText text;
    boolean flag;
    String keyword;
}
{
    (
        LOOKAHEAD({ at("TYPE") || at("SET", "DATA", "TYPE") })
        { if (!take("TYPE")) { anyWord(); anyWord(); anyWord(); } }
        type = ColumnType()
        [ LOOKAHEAD({ at("COLLATE") }) collation = Collation() ]
        [ LOOKAHEAD({ at("USING") }) <USING> text = AnyExpression() { using = Optional.of(text); } ]
        { return new AlterAction.AlterType(from(start), name, type, collation, using); }
    |
        LOOKAHEAD({ at("SET", "DEFAULT") })
        <SET> <DEFAULT_> text = AnyExpression()
        { return new AlterAction.SetDefault(from(start), name, text); }
    |
        LOOKAHEAD({ at("DROP", "DEFAULT") })
        <DROP> <DEFAULT_>
        { return new AlterAction.DropDefault(from(start), name); }
    |
        LOOKAHEAD({ at("SET", "NOT", "NULL") })
        <SET> <NOT> <NULL>
        { return new AlterAction.SetNotNull(from(start), name); }
    |
        LOOKAHEAD({ at("DROP", "NOT", "NULL") })
        <DROP> <NOT> <NULL>
        { return new AlterAction.DropNotNull(from(start), name); }
    |
        LOOKAHEAD({ at("SET", "EXPRESSION") })
        <SET> Words("EXPRESSION") <AS> text = Parenthesized()
        { return new AlterAction.SetExpression(from(start), name, text); }
    |
        LOOKAHEAD({ at("DROP", "EXPRESSION") })
        <DROP> Words("EXPRESSION") flag = Opt("IF", "EXISTS")
        { return new AlterAction.DropExpression(from(start), name, flag); }
    |
        LOOKAHEAD({ at("DROP", "IDENTITY") })
        <DROP> Words("IDENTITY") { take("IF", "EXISTS"); }
        { return new AlterAction.AlterIdentity(from(start), name, "DROP"); }
    |
        LOOKAHEAD({ at("ADD", "GENERATED") })
        <ADD> <GENERATED> { if (!take("ALWAYS")) { need("BY", "DEFAULT"); } need("AS", "IDENTITY"); optionalGroup(); }
        { return new AlterAction.AlterIdentity(from(start), name, "ADD"); }
    |
        LOOKAHEAD({ atIdentityOption() })
        { keyword = peek().word; }
        ( LOOKAHEAD({ atIdentityOption() }) IdentityOption() )+
        { return new AlterAction.AlterIdentity(from(start), name, keyword); }
    |
        LOOKAHEAD({ at("SET", "STATISTICS") || at("SET", "STORAGE") || at("SET", "COMPRESSION") })
        <SET> { keyword = anyWord(); if (!takeKind(MINUS)) { takeKind(PLUS); } takeGroup(); }
        { return new AlterAction.AlterColumnAttribute(from(start), name, keyword); }
    |
        LOOKAHEAD({ atAny("SET", "RESET") && peek(2).kind == LPAREN })
        { keyword = anyWord(); takeGroup(); }
        { return new AlterAction.AlterColumnAttribute(from(start), name, keyword); }
    |
        LOOKAHEAD({ at("OPTIONS") })
        { keyword = anyWord(); takeGroup(); }
        { return new AlterAction.AlterColumnAttribute(from(start), name, keyword); }
    |
        Unexpected("what to alter") { return null; }
    )
}

/** An expression that nothing but the item's end can end. */
JAVACODE
SourceText AnyExpression() {
    if (atItemEnd()) {
        throw unexpected("an expression");
    }
    return restOfItem();
}

JAVACODE
boolean atIdentityOption() {
    if (at("RESTART") || at("SET", "GENERATED")) {
        return true;
    }
    return at("SET")
        && (peek(2).is("INCREMENT") || peek(2).is("MINVALUE") || peek(2).is("MAXVALUE") || peek(2).is("START")
            || peek(2).is("CACHE") || peek(2).is("CYCLE") || peek(2).is("NO") || peek(2).is("RESTART")
            || peek(2).is("SEQUENCE") || peek(2).is("OWNED") || peek(2).is("AS"));
}

JAVACODE
void IdentityOption() {
    anyWord();
    while (!atItemEnd() && !atIdentityOption()) {
        takeGroup();
    }
}

AlterAction ValidateConstraint(int start) :
{
    final String name;
}
{
    Words("VALIDATE", "CONSTRAINT") name = Name()
    { return new AlterAction.ValidateConstraint(from(start), name); }
}

/** SET (…) and RESET (…). */
AlterAction TableOptions(int start, String verb) :
{
    final int list = here();
}
{
    { if (!atKind(LPAREN)) { throw unexpected("what to set"); } }
    Group()
    { return new AlterAction.TableOption(from(start), verb, from(list).text()); }
}

AlterAction PostgresSet(int start) :
{
    final String name;
    final AlterAction action;
}
{
    (
        LOOKAHEAD({ at("SCHEMA") })
        <SCHEMA> name = Name()
        { return new AlterAction.SetSchema(from(start), name); }
    |
        LOOKAHEAD({ at("ACCESS", "METHOD") })
        Word() Word() { takeLabel(); }
        { return new AlterAction.RewriteTable(from(start), "SET ACCESS METHOD"); }
    |
        LOOKAHEAD({ at("TABLESPACE") })
        Word() { takeName(); take("NOWAIT"); }
        { return new AlterAction.RewriteTable(from(start), "SET TABLESPACE"); }
    |
        LOOKAHEAD({ atAny("LOGGED", "UNLOGGED") })
        { return new AlterAction.RewriteTable(fromWord(start), "SET " + last().word); }
    |
        LOOKAHEAD({ at("WITHOUT", "CLUSTER") || at("WITHOUT", "OIDS") })
        Word() { }
        { return new AlterAction.CatalogOnly(fromWord(start), "SET WITHOUT " + last().word); }
    |
        action = TableOptions(start, "SET")
        { return action; }
    )
}

JAVACODE
SourceText fromWord(int start) {
    anyWord();
    return from(start);
}

AlterAction PostgresRename(int start) :
{
    final String from;
    final String to;
}
{
    Words("RENAME")
    (
        LOOKAHEAD({ at("TO") })
        <TO> to = Name()
        { return new AlterAction.RenameTable(from(start), QualifiedName.of(to)); }
    |
        LOOKAHEAD({ at("CONSTRAINT") })
        <CONSTRAINT> from = Name() <TO> to = Name()
        { return new AlterAction.RenameConstraint(from(start), from, to); }
    |
        LOOKAHEAD({ true })
        { if (at("COLUMN")) { anyWord(); } }
        from = Name() <TO> to = Name()
        { DropBehavior(); return new AlterAction.RenameColumn(from(start), from, to); }
    )
}

AlterAction AttachPartition(int start) :
{
    final QualifiedName partition;
    final int bound;
}
{
    Words("ATTACH", "PARTITION") partition = QualifiedName()
    {
        bound = here();
        if (!take("DEFAULT")) {
            need("FOR", "VALUES");
            restOfItem();
        }
        return new AlterAction.AttachPartition(from(start), partition, from(bound));
    }
}

AlterAction DetachPartition(int start) :
{
    final QualifiedName partition;
    final boolean concurrently;
    final boolean finalizing;
}
{
    Words("DETACH", "PARTITION") partition = QualifiedName()
    concurrently = Opt("CONCURRENTLY")
    finalizing = Opt("FINALIZE")
    { return new AlterAction.DetachPartition(from(start), partition, concurrently, finalizing); }
}

AlterAction PostgresToggle(int start) :
{
    final String verb;
    final String which;
    final String kind;
}
{
    (
        LOOKAHEAD({ peek(2).is("ROW") || (peek(2).is("FORCE") && peek(3).is("ROW")) || at("FORCE", "ROW") })
        verb = Word() { which = at("FORCE") ? verb + " " + anyWord() : verb; need("ROW", "LEVEL", "SECURITY"); }
        { return new AlterAction.RowSecurity(from(start), which); }
    |
        verb = Word() { takeAny("REPLICA", "ALWAYS"); }
        {
            if (!atAny("TRIGGER", "RULE")) {
                throw unexpected("TRIGGER or RULE");
            }
            kind = anyWord();
            takeLabel();
            return new AlterAction.Toggle(from(start), verb.equals("ENABLE"), kind);
        }
    )
}

AlterAction InheritAction(int start) :
{
    final boolean add;
    final QualifiedName parent;
}
{
    { add = !take("NO"); }
    Words("INHERIT") parent = QualifiedName()
    { return new AlterAction.Inherit(from(start), parent, add); }
}

AlterAction ReplicaIdentity(int start) :
{}
{
    Words("REPLICA", "IDENTITY")
    {
        if (take("USING", "INDEX")) {
            takeName();
        } else if (!takeAny("DEFAULT", "FULL", "NOTHING")) {
            throw unexpected("DEFAULT, USING INDEX, FULL or NOTHING");
        }
        return new AlterAction.CatalogOnly(from(start), "REPLICA IDENTITY");
    }
}
