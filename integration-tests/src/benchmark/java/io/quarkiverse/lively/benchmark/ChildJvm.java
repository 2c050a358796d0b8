package io.quarkiverse.lively.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another process with the same class path. It says what it has to say line by line, and ends with this one at the latest. */
final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader lines;
    private final Thread endWithTheJvm;

    ChildJvm(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        lines = new BufferedReader(new InputStreamReader(process.getInputStream()));
        endWithTheJvm = new Thread(process::destroyForcibly, "end-child");
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
    }

    /** Waits for the next line. */
    String line() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("The process ended without a word");
        }
        return line;
    }

    ChildJvm awaitLine(String expected) throws IOException {
        while (!line().equals(expected)) {
            // What libraries print.
        }
        return this;
    }

    /** As a crash would. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        process.waitFor();
        Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
    }
}
