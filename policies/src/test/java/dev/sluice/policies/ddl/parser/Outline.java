package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SourceText;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A model in short: records by name, what is false, empty or absent left out, the sources too. */
final class Outline {
    private Outline() {}

    static String of(Object value) {
        return switch (value) {
            case SourceText text -> "«" + text.text() + "»";
            case QualifiedName name -> name.toString();
            case Optional<?> optional -> optional.map(Outline::of).orElse("");
            case List<?> list ->
                list.isEmpty() ? "" : list.stream().map(Outline::of).toList().toString();
            case Boolean flag -> flag ? "yes" : "";
            case Record model -> record(model);
            default -> value.toString();
        };
    }

    private static String record(Record model) {
        List<String> parts = new ArrayList<>();
        for (RecordComponent component : model.getClass().getRecordComponents()) {
            if (component.getName().equals("source")) {
                continue;
            }
            String part = of(read(model, component));
            if (part.equals("yes")) {
                parts.add(component.getName());
            } else if (!part.isEmpty() && !part.equals("OnlineOptions()")) {
                parts.add(component.getName() + "=" + part);
            }
        }
        return model.getClass().getSimpleName() + "(" + String.join(", ", parts) + ")";
    }

    private static Object read(Record model, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(model);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
