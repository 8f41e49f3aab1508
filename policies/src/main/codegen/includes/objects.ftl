<#-- Objects other than tables and indexes: what they are and how they are called; the rest is balanced tokens. -->

SchemaChange CreateOther(int start) :
{
    final String type;
    final Optional<QualifiedName> name;
    final SchemaChange change;
}
{
    { createPrefix(); }
    (
        LOOKAHEAD({ atRoutine() }) change = CreateRoutine(start)
    |
        LOOKAHEAD({ true })
        { type = objectType(); take("IF", "NOT", "EXISTS"); }
        {
            if (type.equals("USER MAPPING") || type.equals("TRANSFORM") || type.equals("CAST")) {
                name = Optional.empty();
            } else if (atKind(OTHER_CHARACTER) && my()) {
                throw unexpected("a name");
            } else {
                name = objectName(type);
            }
            restOfStatement();
            change = new SchemaChange.CreateObject(from(start), type, name, new ArrayList<SchemaChange>());
        }
    )
    { return change; }
}

/** What may stand between CREATE and the kind of object. */
JAVACODE
void createPrefix() {
    while (true) {
        if (my() && at("DEFINER") && peek(2).kind == EQ) {
            anyWord();
            takeKind(EQ);
            while (!atEnd() && !atAny("SQL", "VIEW", "FUNCTION", "PROCEDURE", "TRIGGER", "EVENT", "AGGREGATE", "PACKAGE")) {
                takeGroup();
            }
        } else if (my() && at("ALGORITHM") && peek(2).kind == EQ) {
            anyWord();
            takeKind(EQ);
            anyWord();
        } else if (my() && take("SQL", "SECURITY")) {
            anyWord();
        } else if (my() && at("AGGREGATE", "FUNCTION")) {
            anyWord();
        } else if (pg() && (at("RECURSIVE", "VIEW") || at("TRUSTED") || at("PROCEDURAL") || at("CONSTRAINT", "TRIGGER")
                || at("DEFAULT", "CONVERSION"))) {
            anyWord();
        } else {
            return;
        }
    }
}

JAVACODE
boolean atRoutine() {
    return atAny("FUNCTION", "PROCEDURE", "TRIGGER") || (my() && atAny("EVENT", "PACKAGE"));
}

/** CREATE FUNCTION, PROCEDURE, TRIGGER, EVENT: the body is looked through for schema changes. */
SchemaChange CreateRoutine(int start) :
{
    final String type = anyWord();
    final Optional<QualifiedName> name;
    Optional<QualifiedName> table = Optional.empty();
    final int body;
    boolean returnsTrigger = false;
}
{
    { take("IF", "NOT", "EXISTS"); take("BODY"); name = objectName(type); }
    { if (!name.isPresent()) { throw unexpected("a name"); } }
    { body = here(); }
    {
        if (type.equals("TRIGGER")) {
            if (!skipTo("ON")) {
                throw unexpected("ON");
            }
            anyWord();
            table = Optional.of(QualifiedName());
        }
        while (!atElementEnd()) {
            returnsTrigger |= (at("RETURNS", "TRIGGER") || at("RETURNS", "EVENT_TRIGGER"));
            takeGroup();
        }
    }
    {
        return new SchemaChange.CreateRoutine(
            from(start), type, name, returnsTrigger, table,
            !(pg() && type.equals("TRIGGER")) && RoutineBody.holdsDdl(from(body), rules()));
    }
}

SchemaChange DropObject(int start) :
{
    final String type;
    final boolean ifExists;
    final List<QualifiedName> names = new ArrayList<QualifiedName>();
    final boolean cascade;
}
{
    { take("PROCEDURAL"); type = objectType(); ifExists = take("IF", "EXISTS"); }
    {
        if (type.equals("OWNED")) {
            need("BY");
            do {
                takeLabel();
            } while (takeKind(COMMA));
        } else if (!type.equals("USER MAPPING") && !type.equals("TRANSFORM") && !type.equals("CAST")) {
            dropNames(type, names);
        }
        skipTo("CASCADE", "RESTRICT");
        cascade = take("CASCADE");
        take("RESTRICT");
        return new SchemaChange.DropObject(from(start), type, names, ifExists, cascade);
    }
}

JAVACODE
void dropNames(String type, List<QualifiedName> names) {
    do {
        final Optional<QualifiedName> name = objectName(type);
        if (!name.isPresent()) {
            throw unexpected("a name");
        }
        names.add(name.get());
        while (!atElementEnd() && !atKind(COMMA) && !atAny("CASCADE", "RESTRICT")) {
            if (take("ON")) {
                QualifiedName();
            } else if (take("USING")) {
                takeLabel();
            } else {
                takeGroup();
            }
        }
    } while (takeKind(COMMA));
}

SchemaChange AlterObject(int start) :
{
    final String type;
    Optional<QualifiedName> name = Optional.empty();
    final String what;
}
{
    { if (my()) { createPrefix(); } type = objectType(); take("IF", "EXISTS"); }
    {
        if (at("ALL", "IN", "TABLESPACE")) {
            restOfStatement();
            return new SchemaChange.AlterObject(from(start), type, name, "ALL IN TABLESPACE");
        }
        if (type.equals("SYSTEM") || type.equals("DEFAULT PRIVILEGES") || type.equals("USER MAPPING") || type.equals("INSTANCE")) {
            // These have no name of their own.
        } else if (type.equals("LARGE OBJECT")) {
            takeGroup();
        } else if (my() && (type.equals("DATABASE") || type.equals("SCHEMA")) && atDatabaseOption()) {
            // MySQL's current database.
        } else {
            take("ONLY");
            name = objectName(type);
            if (!name.isPresent()) {
                throw unexpected("a name");
            }
        }
        takeKind(STAR);
        optionalGroup();
        if (type.equals("TRIGGER") || type.equals("POLICY") || type.equals("RULE")) {
            if (take("ON")) {
                QualifiedName();
            }
        }
        if (type.startsWith("OPERATOR ") && take("USING")) {
            takeName();
        }
        what = actionWords();
        return new SchemaChange.AlterObject(from(start), type, name, what);
    }
}

JAVACODE
boolean atDatabaseOption() {
    return at("DEFAULT") || at("CHARACTER", "SET") || at("COLLATE") || at("READ", "ONLY") || at("ENCRYPTION")
        || (at("CHARSET") && peek(2).kind != IDENTIFIER);
}

SchemaChange AlterType(int start) :
{
    final QualifiedName type;
    final String what;
}
{
    Words("TYPE") type = QualifiedName() { what = actionWords(); }
    {
        if (what.isEmpty()) {
            throw unexpected("an action");
        }
        return new SchemaChange.AlterType(from(start), type, what);
    }
}

SchemaChange AlterDomain(int start) :
{
    final QualifiedName domain;
    final String what;
    final TableConstraint constraint;
}
{
    Words("DOMAIN") domain = QualifiedName()
    (
        LOOKAHEAD({ at("ADD") })
        <ADD> constraint = DomainConstraint()
        {
            return new SchemaChange.AlterDomain(
                from(start), domain, "ADD CONSTRAINT", Optional.of(constraint));
        }
    |
        LOOKAHEAD({ at("SET", "NOT", "NULL") || at("DROP", "NOT", "NULL") })
        { what = anyWord() + " NOT NULL"; anyWord(); anyWord(); }
        { return new SchemaChange.AlterDomain(from(start), domain, what, Optional.empty()); }
    |
        LOOKAHEAD({ true })
        { what = actionWords(); }
        {
            if (what.isEmpty()) {
                throw unexpected("an action");
            }
            return new SchemaChange.AlterDomain(from(start), domain, what, Optional.empty());
        }
    )
}

TableConstraint DomainConstraint() :
{
    final int start = here();
    Optional<String> name = Optional.empty();
    String given;
    final TableConstraint constraint;
}
{
    [ <CONSTRAINT> given = Name() { name = Optional.of(given); } ]
    (
        LOOKAHEAD({ at("NOT", "NULL") })
        <NOT> <NULL>
        { final ConstraintAttributes attributes = attributes(false); }
        {
            constraint = new TableConstraint.NotNull(
                from(start), name, "", attributes.notValid(), attributes.noInherit());
        }
    |
        constraint = CheckTable(start, name)
    )
    { return constraint; }
}
