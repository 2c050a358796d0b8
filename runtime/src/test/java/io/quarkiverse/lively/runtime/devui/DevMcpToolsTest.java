package io.quarkiverse.lively.runtime.devui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import io.quarkus.runtime.annotations.DevMCPEnableByDefault;
import io.quarkus.runtime.annotations.JsonRpcDescription;

/** Dev MCP offers to coding assistants what is described: each read, from the start, and no write. */
class DevMcpToolsTest {

    private static final Set<String> READS = Set.of("services", "registration", "history");

    @Test
    void readsAreOfferedFromTheStart() {
        assertEquals(new TreeSet<>(READS), methods(method -> method.isAnnotationPresent(JsonRpcDescription.class)));
        assertEquals(new TreeSet<>(READS), methods(method -> method.isAnnotationPresent(DevMCPEnableByDefault.class)));
    }

    /** What is not described is for the page only, as streams are, which cannot be tools. */
    @Test
    void theRestIsForThePageOnly() {
        assertEquals(new TreeSet<>(Set.of("up", "down", "fleet", "self", "state")),
                methods(method -> !method.isAnnotationPresent(JsonRpcDescription.class)));
    }

    @Test
    void parametersAreDescribed() {
        Arrays.stream(LivelyJsonRpcService.class.getDeclaredMethods()).filter(method -> READS.contains(method.getName()))
                .forEach(method -> {
                    for (Parameter parameter : method.getParameters()) {
                        assertFalse(parameter.getAnnotation(JsonRpcDescription.class).value().isBlank(), method::getName);
                    }
                });
    }

    private static Set<String> methods(Predicate<Method> condition) {
        return Arrays.stream(LivelyJsonRpcService.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers())).filter(condition).map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
