package io.quarkiverse.lively.test;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.opentest4j.TestAbortedException;

/**
 * The programs on the path of this machine. A test that needs one which is not there is left out. With {@code CI=true} in the
 * environment it fails: there, nothing is left out.
 */
public final class Programs {

    private Programs() {
    }

    public static boolean has(String program) {
        return find(program).isPresent();
    }

    /** Where it is; empty if it is not there. */
    static Optional<Path> find(String program) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty()).map(directory -> Path.of(directory, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file)).findFirst();
    }

    /** Whether this is CI. */
    static boolean nothingIsLeftOut() {
        return "true".equals(System.getenv("CI"));
    }

    /**
     * Leaves out the test that calls it, or all of a class if that calls it before its tests, unless all of them are there. To
     * be called by a fixture that may be used for more than what needs them; otherwise say {@link NeedsProgram}.
     *
     * @throws IllegalStateException in CI, instead
     */
    public static void require(String... programs) {
        lack(programs).ifPresent(lack -> {
            throw new TestAbortedException(lack);
        });
    }

    /**
     * What there is not, for a human; empty if all of them are there.
     *
     * @throws IllegalStateException in CI, if one is not there
     */
    static Optional<String> lack(String... programs) {
        String missing = Arrays.stream(programs).filter(program -> !has(program)).collect(Collectors.joining(", "));
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String lack = "not on the path: " + missing;
        if (nothingIsLeftOut()) {
            throw new IllegalStateException(lack + ". With CI=true no test is left out: install it");
        }
        return Optional.of(lack);
    }
}
