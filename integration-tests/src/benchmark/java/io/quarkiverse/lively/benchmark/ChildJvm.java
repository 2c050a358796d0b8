package io.quarkiverse.lively.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another process. It reports line by line, and ends with this one at the latest. */
final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader lines;
    private final Thread endWithTheJvm;

    private ChildJvm(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        lines = new BufferedReader(new InputStreamReader(process.getInputStream()));
        endWithTheJvm = new Thread(process::destroyForcibly, "end-child");
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
    }

    /** With the class path of this process. */
    static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        return start(System.getProperty("java.class.path"), main, arguments);
    }

    static ChildJvm start(String classPath, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g", "-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return new ChildJvm(command);
    }

    /** Waits for the next line. */
    String line() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("The process ended before it was ready or notified");
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
