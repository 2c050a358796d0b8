package io.quarkiverse.lively;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/**
 * The public API is what {@code api.txt} lists: a change of it is seen in the difference of that file.
 * {@code -Dlively.api.update} writes the file anew.
 */
class PublicApiTest {

    private static final Path LISTING = Path.of("src", "test", "resources", "io", "quarkiverse", "lively", "api.txt");
    private static final Path CLASSES = Path.of("target", "classes");

    @Test
    void itIsAsListed() throws IOException {
        String present = listing();
        if (Boolean.getBoolean("lively.api.update")) {
            Files.writeString(LISTING, present);
        }
        assertEquals(Files.readString(LISTING), present,
                "The public API has changed. If that is meant, run the test with -Dlively.api.update=true");
    }

    private static String listing() throws IOException {
        try (Stream<Path> files = Files.list(CLASSES.resolve(Path.of("io", "quarkiverse", "lively")))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".class")).sorted()
                    .map(name -> load("io.quarkiverse.lively." + name.replace(".class", "")))
                    .filter(type -> Modifier.isPublic(type.getModifiers())).map(PublicApiTest::listing)
                    .collect(Collectors.joining("\n"));
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, PublicApiTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private static String listing(Class<?> type) {
        Stream<String> members = Stream.of(
                Arrays.stream(type.getDeclaredFields()).filter(PublicApiTest::isOfApi).map(Field::toGenericString),
                Arrays.stream(type.getDeclaredConstructors()).filter(PublicApiTest::isOfApi)
                        .map(Constructor::toGenericString),
                Arrays.stream(type.getDeclaredMethods()).filter(PublicApiTest::isOfApi).map(Method::toGenericString))
                .flatMap(each -> each.sorted()).map(member -> "    " + shortened(member) + "\n");
        return header(type) + "\n" + members.collect(Collectors.joining());
    }

    private static boolean isOfApi(Member member) {
        return !member.isSynthetic()
                && (Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers()));
    }

    private static String header(Class<?> type) {
        String kind = type.isRecord() ? "record" : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
        List<String> supertypes = Stream.concat(Stream.ofNullable(type.getGenericSuperclass()),
                Arrays.stream(type.getGenericInterfaces())).map(Type::getTypeName)
                .filter(name -> !name.equals("java.lang.Object") && !name.startsWith("java.lang.Enum")
                        && !name.equals("java.lang.Record"))
                .toList();
        return shortened((type.isSealed() ? "sealed " : "") + kind + " " + type.getName()
                + (supertypes.isEmpty() ? "" : " : " + String.join(", ", supertypes)));
    }

    private static String shortened(String signature) {
        return signature.replaceAll("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])", "");
    }
}
