package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** Counts the instructions of this process by {@code perf stat}, which needs the hardware counters of the processor. */
final class Perf {

    /** Until perf has attached itself to all threads. */
    private static final long ATTACH_MILLIS = 300;

    private final boolean isAvailable;

    private Perf(boolean isAvailable) {
        this.isAvailable = isAvailable;
    }

    /** Tries perf. Virtual machines often have no hardware counters, and many machines have no perf. */
    static Perf tried() throws InterruptedException {
        try {
            return new Perf(start("true").end().isPresent());
        } catch (IOException e) {
            return new Perf(false);
        }
    }

    boolean isAvailable() {
        return isAvailable;
    }

    /** Counts from now on. */
    Counting attach() throws IOException, InterruptedException {
        Counting counting = start("-p", Long.toString(ProcessHandle.current().pid()));
        Thread.sleep(ATTACH_MILLIS);
        return counting;
    }

    private static Counting start(String... arguments) throws IOException {
        ProcessBuilder perf = new ProcessBuilder("perf", "stat", "-x", ",", "-e", "instructions:u");
        perf.command().addAll(List.of(arguments));
        perf.environment().put("LC_ALL", "C");
        return new Counting(perf.redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
    }

    /** A perf that counts. */
    record Counting(Process perf) {

        /** Ends perf as Ctrl-C does. */
        OptionalDouble stop() throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-INT", Long.toString(perf.pid())).start().waitFor();
            return end();
        }

        private OptionalDouble end() throws IOException, InterruptedException {
            String output = new String(perf.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!perf.waitFor(5, TimeUnit.SECONDS)) {
                perf.destroyForcibly();
            }
            return instructions(output);
        }

        /** The line is value, unit, event, and so on; the value is no number if it was not counted. */
        private static OptionalDouble instructions(String output) {
            return output.lines().map(line -> line.split(","))
                    .filter(fields -> fields.length > 2 && fields[2].startsWith("instructions") && fields[0].matches("\\d+"))
                    .mapToDouble(fields -> Double.parseDouble(fields[0])).findFirst();
        }
    }
}
