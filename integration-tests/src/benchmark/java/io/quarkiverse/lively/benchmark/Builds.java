package io.quarkiverse.lively.benchmark;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The builds of Lively that are measured: this one, and optionally the base that it is compared with. Each of two builds has a
 * class loader with all of its libraries, so that both are treated alike, and what one of them registers with gRPC or Netty is
 * not found by the other one.
 */
final class Builds {

    /** The end of the names of the sides of this build. */
    static final String THIS = "";

    private final Map<String, ClassLoader> loaders = new LinkedHashMap<>();
    private final Map<String, Path> roots = new LinkedHashMap<>();
    private final LongAdder handOvers = new LongAdder();

    private Builds() {
    }

    /**
     * @param root the directory of this build
     * @param base the directory of the other build; empty if there is none
     */
    static Builds of(Path root, String base) throws IOException {
        Builds builds = new Builds();
        builds.roots.put(THIS, root);
        if (base.isBlank()) {
            builds.loaders.put(THIS, Builds.class.getClassLoader());
        } else {
            builds.roots.put(Turns.BASE, Path.of(base).toRealPath());
            for (String name : builds.roots.keySet()) {
                builds.loaders.put(name, builds.loader(name));
            }
        }
        return builds;
    }

    /** The ends of the names of the sides, in the order of the builds. */
    Iterable<String> names() {
        return roots.keySet();
    }

    /** The tasks that all subjects have handed over to another thread. */
    LongAdder handOvers() {
        return handOvers;
    }

    /** A file of a build. */
    Path file(String name, String path) {
        return roots.get(name).resolve(path);
    }

    Subject open(String name, String url, String namespace) throws ReflectiveOperationException {
        return open(loaders.get(name), url, namespace);
    }

    Subject open(ClassLoader loader, String url, String namespace) throws ReflectiveOperationException {
        return (Subject) loader.loadClass(LivelySubject.class.getName())
                .getConstructor(String.class, String.class, LongAdder.class).newInstance(url, namespace, handOvers);
    }

    /** A new class loader of a build, so that the compiler of the JVM begins anew. */
    URLClassLoader loader(String name) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath(name).split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), new Shared());
    }

    /** One subject of each build, in one namespace. */
    Subjects open(String url, String namespace) throws ReflectiveOperationException {
        Map<String, Subject> opened = new LinkedHashMap<>();
        for (String name : names()) {
            opened.put(name, open(name, url, namespace));
        }
        return new Subjects(opened);
    }

    /** The class path of this process, with the files of the build in place of those of this build. */
    String classPath(String name) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath();
            if (path.startsWith(roots.get(THIS))) {
                path = roots.get(name).resolve(roots.get(THIS).relativize(path));
                if (!Files.exists(path)) {
                    throw new IOException(path + " is missing: run mvn package -Pbenchmark in the directory of that build first");
                }
            }
            entries.add(path.toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    /** The JDK, and the interface that both builds are used through. */
    private static final class Shared extends ClassLoader {

        Shared() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.equals(Subject.class.getName()) || name.startsWith(Subject.class.getName() + "$")) {
                return Builds.class.getClassLoader().loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }
    }

    /** By the names of the builds. */
    record Subjects(Map<String, Subject> byName) implements AutoCloseable {

        @Override
        public void close() {
            byName.values().forEach(Subject::close);
        }
    }
}
