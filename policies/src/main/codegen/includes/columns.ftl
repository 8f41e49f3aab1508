<#-- Columns and constraints. -->

ColumnSpec ColumnDefinition() :
{
    final int start = here();
    final String name;
    final TypeName type;
}
{
    name = Name()
    type = ColumnType()
    { return ColumnRest(start, name, type); }
}

/** A column of CREATE TABLE … OF or PARTITION OF, which has no type. */
ColumnSpec TypedTableColumn() :
{
    final int start = here();
    final String name;
    final TypeName none;
}
{
    name = Name()
    { none = new TypeName(from(last().end), "", new ArrayList<String>(), false); }
    [ LOOKAHEAD({ at("WITH", "OPTIONS") }) Words("WITH", "OPTIONS") ]
    { return ColumnRest(start, name, none); }
}

ColumnSpec ColumnRest(int start, String name, TypeName type) :
{
    Optional<SourceText> collation = Optional.empty();
    final List<ColumnConstraint> constraints = new ArrayList<ColumnConstraint>();
    ColumnConstraint constraint;
}
{
    (
        LOOKAHEAD({ startsColumnConstraint() })
        (
            LOOKAHEAD({ at("COLLATE") }) collation = Collation()
        |
            constraint = ColumnConstraint() { constraints.add(constraint); }
        )
    )*
    { return new ColumnSpec(from(start), name, type, collation, constraints); }
}

JAVACODE
boolean startsColumnConstraint() {
    if (my() && (atAny("FIRST", "AFTER") || at("PARTITION", "BY") || at("REMOVE", "PARTITIONING"))) {
        return false;
    }
    // MariaDB's engines have attributes whose names may be quoted.
    return !peek().word.isEmpty() || (maria() && peek(2).kind == EQ && isName());
}

Optional<SourceText> Collation() :
{
    final int start;
}
{
    <COLLATE> [ LOOKAHEAD({ my() && atKind(EQ) }) <EQ> ]
    { start = here(); }
    (
        LOOKAHEAD({ my() }) ( <BINARY> | <QUOTED_STRING> | <DEFAULT_> | Name() )
    |
        QualifiedName()
    )
    { return Optional.of(from(start)); }
}

ColumnConstraint ColumnConstraint() :
{
    final int start = here();
    Optional<String> name = Optional.empty();
    ColumnConstraint constraint;
    String given;
}
{
    [
        LOOKAHEAD({ at("CONSTRAINT") })
        <CONSTRAINT>
        [ LOOKAHEAD({ isName() && !(my() && at("CHECK")) }) given = Name() { name = Optional.of(given); } ]
    ]
    (
        LOOKAHEAD({ at("NOT", "NULL") }) constraint = NotNullConstraint(start, name)
    |
        LOOKAHEAD({ at("NULL") }) <NULL> { constraint = new ColumnConstraint.Null(from(start)); }
    |
        LOOKAHEAD({ at("DEFAULT") }) constraint = DefaultClause(start)
    |
        LOOKAHEAD({ at("ON", "UPDATE") }) constraint = OnUpdateClause(start)
    |
        LOOKAHEAD({ at("GENERATED") || at("AS") }) constraint = GeneratedClause(start)
    |
        LOOKAHEAD({ at("UNIQUE") }) constraint = UniqueColumn(start, name)
    |
        LOOKAHEAD({ at("PRIMARY") || (my() && at("KEY")) }) constraint = PrimaryKeyColumn(start, name)
    |
        LOOKAHEAD({ at("CHECK") }) constraint = CheckColumn(start, name)
    |
        LOOKAHEAD({ at("REFERENCES") }) constraint = ReferencesColumn(start, name)
    |
        LOOKAHEAD({ pg() && (at("DEFERRABLE") || at("INITIALLY") || at("NOT", "DEFERRABLE")) })
        Deferrability() { constraint = new ColumnConstraint.Deferrability(from(start)); }
    |
        LOOKAHEAD({ my() && at("AUTO_INCREMENT") })
        Words("AUTO_INCREMENT") { constraint = new ColumnConstraint.AutoIncrement(from(start)); }
    |
        constraint = ColumnAttribute(start)
    )
    { return constraint; }
}

ColumnConstraint NotNullConstraint(int start, Optional<String> name) :
{
    final ConstraintAttributes attributes;
}
{
    <NOT> <NULL>
    {
        attributes = pg() ? attributes(false) : ConstraintAttributes.NONE;
        return new ColumnConstraint.NotNull(from(start), name, attributes.notValid(), attributes.noInherit());
    }
}

ColumnConstraint DefaultClause(int start) :
{
    final SourceText expression;
}
{
    <DEFAULT_>
    { expression = defaultExpression(); }
    { return new ColumnConstraint.Default(from(start), expression); }
}

ColumnConstraint OnUpdateClause(int start) :
{
    final int expression;
}
{
    <ON> <UPDATE> { expression = here(); }
    { anyWord(); optionalGroup(); }
    { return new ColumnConstraint.OnUpdate(from(start), from(expression)); }
}

ColumnConstraint GeneratedClause(int start) :
{
    boolean always = true;
    final SourceText expression;
    ColumnConstraint.Generated.Storage storage = ColumnConstraint.Generated.Storage.DEFAULT;
    final Optional<SourceText> sequence;
}
{
    [
        <GENERATED>
        (
            <ALWAYS>
        |
            <BY> <DEFAULT_> { always = false; }
        )
    ]
    <AS>
    (
        LOOKAHEAD({ pg() && at("IDENTITY") })
        <IDENTITY> { sequence = optionalGroup(); }
        { return new ColumnConstraint.Identity(from(start), always, sequence); }
    |
        LOOKAHEAD({ my() && at("ROW") })
        <ROW> ( <START> | <END> )
        { return new ColumnConstraint.Attribute(from(start), "GENERATED ALWAYS AS ROW"); }
    |
        expression = Parenthesized()
        (
            LOOKAHEAD({ atAny("STORED", "PERSISTENT") })
            Word() { storage = ColumnConstraint.Generated.Storage.STORED; }
        |
            LOOKAHEAD({ at("VIRTUAL") })
            Words("VIRTUAL") { storage = ColumnConstraint.Generated.Storage.VIRTUAL; }
        |
            {}
        )
        { return new ColumnConstraint.Generated(from(start), expression, storage); }
    )
}

ColumnConstraint UniqueColumn(int start, Optional<String> name) :
{
    final int parameters;
    boolean nullsNotDistinct = false;
}
{
    <UNIQUE>
    [ LOOKAHEAD({ my() && at("KEY") }) Words("KEY") ]
    { parameters = here(); }
    { if (pg()) { nullsNotDistinct = indexParameters(); } }
    { return new ColumnConstraint.Unique(from(start), name, nullsNotDistinct, maybeFrom(parameters)); }
}

ColumnConstraint PrimaryKeyColumn(int start, Optional<String> name) :
{
    final int parameters;
}
{
    [ <PRIMARY> ] Words("KEY")
    { parameters = here(); }
    { if (pg()) { indexParameters(); } }
    { return new ColumnConstraint.PrimaryKey(from(start), name, maybeFrom(parameters)); }
}

ColumnConstraint CheckColumn(int start, Optional<String> name) :
{
    final SourceText expression;
    final ConstraintAttributes attributes;
}
{
    <CHECK> expression = Parenthesized()
    {
        attributes = attributes(false);
        return new ColumnConstraint.Check(
            from(start), name, expression, attributes.notValid(), attributes.noInherit(), attributes.enforced());
    }
}

ColumnConstraint ReferencesColumn(int start, Optional<String> name) :
{
    final QualifiedName table;
    List<String> columns = new ArrayList<String>();
    final ConstraintAttributes attributes;
}
{
    <REFERENCES> table = QualifiedName()
    [ LOOKAHEAD({ atKind(LPAREN) }) columns = ColumnNames() ]
    {
        referentialActions();
        attributes = attributes(deferrabilityBefore("ENFORCED"));
        return new ColumnConstraint.References(
            from(start), name, table, columns, attributes.notValid(), attributes.enforced());
    }
}

JAVACODE
void Deferrability() {
    takeDeferrability();
}

/** COMMENT, STORAGE, INVISIBLE and the like. */
ColumnConstraint ColumnAttribute(int start) :
{
    final String keyword;
}
{
    keyword = AttributeKeyword()
    { return new ColumnConstraint.Attribute(from(start), keyword); }
}

JAVACODE
String AttributeKeyword() {
    return pg() ? postgresAttribute() : mysqlAttribute();
}

/** A constraint on a table, with CONSTRAINT and its name where given. */
TableConstraint TableConstraint() :
{
    final int start = here();
    Optional<String> name = Optional.empty();
    String given;
    final TableConstraint constraint;
}
{
    [
        LOOKAHEAD({ at("CONSTRAINT") })
        <CONSTRAINT>
        { if (maria()) { take("IF", "NOT", "EXISTS"); } }
        [ LOOKAHEAD({ pg() || (isName() && !atAny("PRIMARY", "UNIQUE", "FOREIGN", "CHECK")) })
          given = Name() { name = Optional.of(given); } ]
    ]
    (
        LOOKAHEAD({ at("PRIMARY") }) constraint = PrimaryKeyTable(start, name)
    |
        LOOKAHEAD({ at("UNIQUE") }) constraint = UniqueTable(start, name)
    |
        LOOKAHEAD({ at("FOREIGN") }) constraint = ForeignKeyTable(start, name)
    |
        LOOKAHEAD({ at("CHECK") }) constraint = CheckTable(start, name)
    |
        LOOKAHEAD({ pg() && at("EXCLUDE") }) constraint = ExcludeTable(start, name)
    |
        constraint = NotNullTable(start, name)
    )
    { return constraint; }
}

TableConstraint PrimaryKeyTable(int start, Optional<String> name) :
{
    List<IndexKey> keys = new ArrayList<IndexKey>();
    Optional<String> using = Optional.empty();
    String index;
}
{
    <PRIMARY> Words("KEY")
    (
        LOOKAHEAD({ pg() && at("USING") })
        <USING> Words("INDEX") index = Name() { using = Optional.of(index); }
    |
        LOOKAHEAD({ true })
        {
            if (my()) {
                take("IF", "NOT", "EXISTS");
                if (isName() && !at("USING")) {
                    takeName();
                }
                mysqlIndexType();
            }
        }
        keys = IndexKeys()
        { if (pg()) { indexParameters(); } else { mysqlIndexOptions(); } }
    )
    { if (pg()) { attributes(true); } }
    { return new TableConstraint.PrimaryKey(from(start), name, keys, using); }
}

TableConstraint UniqueTable(int start, Optional<String> given) :
{
    List<IndexKey> keys = new ArrayList<IndexKey>();
    Optional<String> using = Optional.empty();
    Optional<String> name = given;
    String index;
    boolean nullsNotDistinct = false;
}
{
    <UNIQUE>
    (
        LOOKAHEAD({ pg() && at("USING") })
        <USING> Words("INDEX") index = Name() { using = Optional.of(index); }
    |
        LOOKAHEAD({ true })
        {
            if (my()) {
                takeAny("INDEX", "KEY");
                take("IF", "NOT", "EXISTS");
                if (isName() && !at("USING")) {
                    name = Optional.of(takeName());
                }
                mysqlIndexType();
            } else {
                nullsNotDistinct = indexParameters();
            }
        }
        keys = IndexKeys()
        { if (pg()) { indexParameters(); } else { mysqlIndexOptions(); } }
    )
    { if (pg()) { attributes(true); } }
    { return new TableConstraint.Unique(from(start), name, keys, nullsNotDistinct, using); }
}

TableConstraint ForeignKeyTable(int start, Optional<String> name) :
{
    final List<String> columns;
    final QualifiedName referenced;
    List<String> referencedColumns = new ArrayList<String>();
    final ConstraintAttributes attributes;
}
{
    <FOREIGN> Words("KEY")
    {
        if (my()) {
            take("IF", "NOT", "EXISTS");
            if (isName()) {
                // The index's name; the constraint without one of its own is named by the server.
                takeName();
            }
        }
    }
    columns = ColumnNames()
    <REFERENCES> referenced = QualifiedName()
    [ LOOKAHEAD({ atKind(LPAREN) }) referencedColumns = ColumnNames() ]
    {
        referentialActions();
        attributes = pg() ? attributes(true) : ConstraintAttributes.NONE;
        return new TableConstraint.ForeignKey(
            from(start), name, columns, referenced, referencedColumns, attributes.notValid(), attributes.enforced());
    }
}

TableConstraint CheckTable(int start, Optional<String> given) :
{
    Optional<String> name = given;
    final SourceText expression;
    final ConstraintAttributes attributes;
}
{
    <CHECK>
    { if (maria() && take("IF", "NOT", "EXISTS")) { name = Optional.of(takeName()); } }
    expression = Parenthesized()
    {
        attributes = attributes(pg());
        return new TableConstraint.Check(
            from(start), name, expression, attributes.notValid(), attributes.noInherit(), attributes.enforced());
    }
}

TableConstraint ExcludeTable(int start, Optional<String> name) :
{}
{
    Words("EXCLUDE")
    [ <USING> Name() ]
    Group()
    { indexParameters(); }
    [ <WHERE> Group() ]
    { attributes(true); }
    { return new TableConstraint.Exclude(from(start), name); }
}

TableConstraint NotNullTable(int start, Optional<String> name) :
{
    final String column;
    final ConstraintAttributes attributes;
}
{
    <NOT> <NULL> column = Name()
    {
        attributes = attributes(true);
        return new TableConstraint.NotNull(
            from(start), name, column, attributes.notValid(), attributes.noInherit());
    }
}
