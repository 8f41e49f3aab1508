<#-- Names, types, keys: what all statements are made of. -->

JAVACODE
boolean Opt(String... words) {
    return take(words);
}

/** Takes one word, whichever it is. */
JAVACODE
String Word() {
    return anyWord();
}

JAVACODE
void Unexpected(String wanted) {
    throw unexpected(wanted);
}

JAVACODE
void Words(String... words) {
    need(words);
}

/** The name of a column, constraint, index: any word that the server takes there, keyword of this grammar or not. */
JAVACODE
String Name() {
    return takeName();
}

JAVACODE
SourceText Parenthesized() {
    return parenthesized();
}

JAVACODE
SourceText RestOfItem() {
    return restOfItem();
}

JAVACODE
SourceText Rest() {
    return rest();
}

JAVACODE
void Group() {
    takeGroup();
}

QualifiedName QualifiedName() :
{
    final List<String> parts = new ArrayList<String>();
    String part;
}
{
    (
        LOOKAHEAD({ my() && atKind(DOT) }) <DOT>
    |
        {}
    )
    part = Name() { parts.add(part); }
    (
        LOOKAHEAD({ atKind(DOT) })
        <DOT> part = Label() { parts.add(part); }
    )*
    {
        if (parts.size() > 3) {
            throw unexpected("a shorter name");
        }
        final String name = parts.get(parts.size() - 1);
        return parts.size() == 1
            ? QualifiedName.of(name)
            : QualifiedName.of(parts.get(parts.size() - 2), name);
    }
}

JAVACODE
String Label() {
    return takeLabel();
}

List<QualifiedName> QualifiedNames() :
{
    final List<QualifiedName> names = new ArrayList<QualifiedName>();
    QualifiedName name;
}
{
    name = QualifiedName() { names.add(name); }
    ( <COMMA> name = QualifiedName() { names.add(name); } )*
    { return names; }
}

/** A table's name where PostgreSQL takes ONLY before it and * behind it. */
QualifiedName TableReference() :
{
    final QualifiedName name;
}
{
    (
        LOOKAHEAD({ pg() && at("ONLY") }) <ONLY>
        (
            <LPAREN> name = QualifiedName() <RPAREN>
        |
            name = QualifiedName()
        )
    |
        name = QualifiedName()
        [ <STAR> ]
    )
    { return name; }
}

List<QualifiedName> TableReferences() :
{
    final List<QualifiedName> names = new ArrayList<QualifiedName>();
    QualifiedName name;
}
{
    name = TableReference() { names.add(name); }
    ( <COMMA> name = TableReference() { names.add(name); } )*
    { return names; }
}

List<String> ColumnNames() :
{
    final List<String> names = new ArrayList<String>();
    String name;
}
{
    <LPAREN>
    [ LOOKAHEAD({ at("PERIOD") && isName(2) }) Words("PERIOD") ]
    name = Name() { names.add(name); }
    [ LOOKAHEAD({ my() && atKind(LPAREN) }) Group() ]
    (
        <COMMA>
        [ LOOKAHEAD({ at("PERIOD") && isName(2) }) Words("PERIOD") ]
        name = Name() { names.add(name); }
        [ LOOKAHEAD({ my() && atKind(LPAREN) }) Group() ]
    )*
    <RPAREN>
    { return names; }
}

/** Whether CASCADE was written. */
boolean DropBehavior() :
{}
{
    (
        LOOKAHEAD({ at("CASCADE") }) Words("CASCADE") { return true; }
    |
        LOOKAHEAD({ at("RESTRICT") }) Words("RESTRICT") { return false; }
    |
        { return false; }
    )
}

TypeName ColumnType() :
{
    final int start = here();
    final List<String> arguments = new ArrayList<String>();
    final String name;
    boolean array = false;
}
{
    (
        LOOKAHEAD({ pg() })
        [ LOOKAHEAD({ at("SETOF") }) Words("SETOF") ]
        name = PostgresType(arguments)
        (
            LOOKAHEAD({ atKind(LBRACKET) || at("ARRAY") })
            (
                <ARRAY> [ LOOKAHEAD({ atKind(LBRACKET) }) <LBRACKET> <UNSIGNED_INTEGER_LITERAL> <RBRACKET> ]
            |
                <LBRACKET> [ <UNSIGNED_INTEGER_LITERAL> ] <RBRACKET>
            )
            { array = true; }
        )*
    |
        name = MySqlType(arguments)
    )
    { return new TypeName(from(start), name, arguments, array); }
}

/** Adds the type's modifiers to the list and gives its name. */
String PostgresType(List<String> arguments) :
{
    String name;
    String part;
    String word = peek().word;
}
{
    name = TypeWord()
    (
        LOOKAHEAD({ atKind(DOT) })
        <DOT> part = Label() { name = name + "." + part; word = ""; }
    )*
    (
        LOOKAHEAD({ word.equals("DOUBLE") && at("PRECISION") })
        Words("PRECISION") { name = "double precision"; }
    |
        LOOKAHEAD({ word.equals("NATIONAL") })
        { name = join(name, anyWord()); }
        [ LOOKAHEAD({ at("VARYING") }) Words("VARYING") { name = name + " varying"; } ]
    |
        LOOKAHEAD({ at("VARYING") && (word.equals("CHARACTER") || word.equals("CHAR") || word.equals("NCHAR") || word.equals("BIT")) })
        Words("VARYING") { name = name + " varying"; }
    |
        LOOKAHEAD({ word.equals("INTERVAL") }) IntervalFields(arguments)
    |
        {}
    )
    { if (atKind(LPAREN)) { arguments.addAll(arguments()); } }
    { if (word.startsWith("TIME") && (at("WITH", "TIME", "ZONE") || at("WITHOUT", "TIME", "ZONE"))) { name = join(join(join(name, anyWord()), anyWord()), anyWord()); } }
    { return name; }
}

JAVACODE
String TypeWord() {
    if (!isFunctionOrTypeName()) {
        throw unexpected("a type");
    }
    return takeLabel();
}

void IntervalFields(List<String> arguments) :
{}
{
    (
        LOOKAHEAD({ atAny("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND") })
        { anyWord(); }
        [
            LOOKAHEAD({ at("TO") })
            <TO> { anyWord(); }
        ]
    |
        {}
    )
}

String MySqlType(List<String> arguments) :
{
    String name;
    String part;
    final String word = peek().word;
}
{
    name = Label() { name = word.isEmpty() ? name : word.toLowerCase(Locale.ROOT); }
    [ LOOKAHEAD({ atKind(DOT) }) <DOT> part = Label() { name = name + "." + part; } ]
    (
        LOOKAHEAD({ word.equals("DOUBLE") && at("PRECISION") })
        Words("PRECISION") { name = "double precision"; }
    |
        LOOKAHEAD({ word.equals("NATIONAL") || word.equals("NCHAR") || word.equals("LONG") || word.equals("CHAR") || word.equals("CHARACTER") })
        { while (atAny("CHAR", "CHARACTER", "VARCHAR", "VARBINARY", "VARYING") && !peek(2).is("SET")) { name = join(name, anyWord()); } }
    |
        {}
    )
    { if (atKind(LPAREN)) { arguments.addAll(arguments()); } }
    { while (atAny("UNSIGNED", "SIGNED", "ZEROFILL")) { anyWord(); } }
    { return name; }
}

/** The keys of an index or of a unique constraint. */
List<IndexKey> IndexKeys() :
{
    final List<IndexKey> keys = new ArrayList<IndexKey>();
    IndexKey key;
}
{
    <LPAREN>
    key = IndexKey() { keys.add(key); }
    ( <COMMA> key = IndexKey() { keys.add(key); } )*
    <RPAREN>
    { return keys; }
}

IndexKey IndexKey() :
{
    final int start = here();
    String column = null;
}
{
    [
        LOOKAHEAD({ isName() && peek(2).kind != DOT && (my() || peek(2).kind != LPAREN) })
        column = Name()
    ]
    RestOfItem()
    {
        if (last().end <= start) {
            throw unexpected("a key");
        }
        return new IndexKey(from(start), Optional.ofNullable(column));
    }
}
