package dev.sluice.policies.policy;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.sluice.policies.ddl.QualifiedName;
import java.util.Map;

/**
 * A condition in CEL over {@code environment}, {@code database}, {@code schema}, {@code table}, {@code role},
 * {@code application}, {@code client}, {@code rows} and {@code bytes} (-1: unknown). One that fails when it is evaluated
 * does not hold.
 */
final class Expression {

    private final CelRuntime.Program program;

    private Expression(CelRuntime.Program program) {
        this.program = program;
    }

    static Expression of(String text) throws PolicyException {
        CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .addVar("environment", SimpleType.STRING)
                .addVar("database", SimpleType.STRING)
                .addVar("schema", SimpleType.STRING)
                .addVar("table", SimpleType.STRING)
                .addVar("role", SimpleType.STRING)
                .addVar("application", SimpleType.STRING)
                .addVar("client", SimpleType.STRING)
                .addVar("rows", SimpleType.INT)
                .addVar("bytes", SimpleType.INT)
                .setResultType(SimpleType.BOOL)
                .build();
        try {
            CelAbstractSyntaxTree tree = compiler.compile(text).getAst();
            return new Expression(
                    CelRuntimeFactory.standardCelRuntimeBuilder().build().createProgram(tree));
        } catch (CelValidationException | CelEvaluationException e) {
            throw new PolicyException("", "the condition cannot be read: " + e.getMessage());
        }
    }

    boolean holds(PolicyContext context) {
        try {
            return Boolean.TRUE.equals(program.eval(Map.of(
                    "environment", context.environment(),
                    "database", context.database(),
                    "schema", context.relation().flatMap(QualifiedName::schema).orElse(""),
                    "table", context.relation().map(QualifiedName::name).orElse(""),
                    "role", context.role(),
                    "application", context.application(),
                    "client", context.clientAddress(),
                    "rows", context.rows(),
                    "bytes", context.bytes())));
        } catch (CelEvaluationException e) {
            return false;
        }
    }
}
