package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.ExpressionFacts;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.TypeFacts;
import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.rule.Volatility;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.ServerVersion;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What earlier statements tell of a schema when there is no database to ask: fed with the statements of migration files in
 * their order, it answers with assumed {@link Facts}. Tables that it knows are taken to be large and hot. Not thread-safe.
 */
public final class SchemaModel {

    private final ServerVersion version;
    private final String defaultSchema;
    private final Map<QualifiedName, RelationFacts> relations = new HashMap<>();
    private final Map<String, TypeFacts> types = new HashMap<>();
    private final Set<String> steadyFunctions = new HashSet<>();

    /** @param defaultSchema where a name without a schema belongs */
    public SchemaModel(ServerVersion version, String defaultSchema) {
        this.version = version;
        this.defaultSchema = defaultSchema;
    }

    /** Takes in what a statement leaves behind; what the model cannot follow is left out. */
    public void apply(SchemaChange change) {
        switch (change) {
            case SchemaChange.CreateTable create -> ModelledTable.create(create, this);
            case SchemaChange.AlterTable alter ->
                known(alter.table()).ifPresent(table -> ModelledTable.alter(alter, table, this));
            case SchemaChange.CreateIndex index ->
                known(index.table()).ifPresent(table -> ModelledTable.index(index, table, this));
            case SchemaChange.DropTable drop -> drop.tables().forEach(t -> relations.remove(real(t)));
            case SchemaChange.DropIndex drop -> drop.indexes().forEach(i -> relations.remove(real(i)));
            case SchemaChange.RenameTables rename ->
                rename.renamings()
                        .forEach(r -> known(r.from()).ifPresent(t -> ModelledTable.rename(t, real(r.to()), this)));
            case SchemaChange.CreateObject create -> {
                object(create);
                create.elements().forEach(this::apply);
            }
            case SchemaChange.CreateRoutine routine -> function(routine);
            default -> {}
        }
    }

    /** What is known, seen from what a statement needs. */
    public Facts facts(FactsRequest request) {
        Map<QualifiedName, RelationFacts> found = new HashMap<>(relations);
        request.relations().forEach(name -> known(name).ifPresent(r -> found.put(name, r)));
        return facts(request, found);
    }

    /** The same, limited to what a statement needs and what belongs to that, and with nothing known of any size. */
    public Facts needed(FactsRequest request) {
        Map<QualifiedName, RelationFacts> found = new HashMap<>();
        request.relations()
                .forEach(name -> known(name).ifPresent(relation -> {
                    found.put(name, relation.unsized());
                    around(relation).forEach(other -> found.put(other.name(), other.unsized()));
                }));
        return facts(request, found);
    }

    private Stream<RelationFacts> around(RelationFacts relation) {
        Stream<QualifiedName> names = Stream.of(
                        relation.indexOf().stream(),
                        relation.partitionOf().stream(),
                        relation.children().stream(),
                        Stream.of(relation.name()))
                .flatMap(some -> some);
        return names.flatMap(name -> known(name).stream());
    }

    private Facts facts(FactsRequest request, Map<QualifiedName, RelationFacts> found) {
        Map<String, ExpressionFacts> volatilities = new HashMap<>();
        request.expressions()
                .forEach(e -> volatilities.put(
                        e.expression(), Volatility.of(e.expression(), version.dialect(), steadyFunctions)));
        Map<String, TypeFacts> asked = new HashMap<>();
        for (String type : request.types()) {
            Optional.ofNullable(types.get(typeName(type))).ifPresent(known -> asked.put(type, known));
        }
        return new Facts(version, true, "", Optional.of(defaultSchema), found, volatilities, asked, Map.of());
    }

    ServerVersion version() {
        return version;
    }

    QualifiedName real(QualifiedName name) {
        return name.schema().isPresent() ? name : QualifiedName.of(defaultSchema, name.name());
    }

    Optional<RelationFacts> known(QualifiedName name) {
        return Optional.ofNullable(relations.get(real(name)));
    }

    void put(RelationFacts relation) {
        relations.put(relation.name(), relation);
    }

    void remove(QualifiedName name) {
        relations.remove(name);
    }

    private void object(SchemaChange.CreateObject create) {
        if (create.name().isEmpty()) {
            return;
        }
        QualifiedName name = real(create.name().get());
        switch (create.objectType()) {
            case "DOMAIN" -> types.put(name.name(), domain(create));
            case "TYPE" -> types.put(name.name(), new TypeFacts(true, false, Optional.empty(), ""));
            case "VIEW" -> put(ModelledTable.bare(name, RelationFacts.Kind.VIEW));
            case "MATERIALIZED VIEW" -> put(ModelledTable.bare(name, RelationFacts.Kind.MATERIALIZED_VIEW));
            case "SEQUENCE" -> put(ModelledTable.bare(name, RelationFacts.Kind.SEQUENCE));
            default -> {}
        }
    }

    private TypeFacts domain(SchemaChange.CreateObject domain) {
        String text = domain.source().text();
        List<Token> tokens = Tokens.of(text, Dialect.POSTGRES);
        Optional<ExpressionFacts> byDefault = tokens.stream()
                .filter(t -> t.is("default"))
                .findFirst()
                .map(t -> Volatility.of(text.substring(t.end()), version.dialect(), steadyFunctions));
        Optional<TypeFacts> base = base(domain.name().orElseThrow(), tokens);
        boolean constrained = base.filter(TypeFacts::constrainedDomain).isPresent()
                || tokens.stream().anyMatch(t -> t.is("check") || t.is("not"));
        return new TypeFacts(true, constrained, byDefault.or(() -> base.flatMap(TypeFacts::domainDefault)), "");
    }

    /** The type behind the domain's name, when it is one of the model's: {@code a AS s.b}. */
    private Optional<TypeFacts> base(QualifiedName domain, List<Token> tokens) {
        return tokens.stream()
                .dropWhile(t -> !t.text().equals(domain.name()))
                .skip(1)
                .filter(t -> t.isName() && !t.is("as"))
                .map(t -> types.get(t.text()))
                .filter(Objects::nonNull)
                .findFirst();
    }

    private void function(SchemaChange.CreateRoutine routine) {
        boolean steady = Tokens.of(routine.source().text(), version.dialect()).stream()
                .anyMatch(t -> t.is("stable") || t.is("immutable"));
        routine.name().filter(n -> steady).ifPresent(n -> steadyFunctions.add(n.name()));
    }

    private static String typeName(String type) {
        List<Token> names =
                Tokens.of(type, Dialect.POSTGRES).stream().filter(Token::isName).toList();
        return names.isEmpty() ? type : names.getLast().text();
    }
}
