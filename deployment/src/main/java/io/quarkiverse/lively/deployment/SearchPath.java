package io.quarkiverse.lively.deployment;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where programs are looked for, in this order. */
record SearchPath(List<Path> directories) {

    /** That of the environment variable {@code PATH}. */
    static SearchPath ofEnvironment() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return new SearchPath(Arrays.stream(path.split(File.pathSeparator)).filter(directory -> !directory.isEmpty())
                .map(Path::of).toList());
    }

    /** The first program of that name that may be executed. */
    Optional<Path> find(String program) {
        return directories.stream().flatMap(directory -> Stream.of(program, program + ".exe").map(directory::resolve))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file)).findFirst();
    }
}
