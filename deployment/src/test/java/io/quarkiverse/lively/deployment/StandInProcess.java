package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Optional;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.CallTracing;
import io.quarkiverse.lively.runtime.Lively;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;

/** A process that registers a service of the type {@code inventory}, and serves nothing. It ends with the JVM at the latest. */
final class StandInProcess implements AutoCloseable {

    private final Process process;
    private final Thread endWithTheJvm;

    private StandInProcess(Process process) {
        this.process = process;
        this.endWithTheJvm = new Thread(process::destroyForcibly, "end-stand-in");
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
    }

    static StandInProcess start(String etcd, String host, String region, String ttl) {
        try {
            return new StandInProcess(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp", System.getProperty("java.class.path"), StandInProcess.class.getName(), etcd, host, region, ttl)
                    .redirectErrorStream(true).redirectOutput(Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a crash would. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
        Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
    }

    public static void main(String[] arguments) throws InterruptedException {
        Lively lively = new Lively(Configured.nothing().with("etcd.endpoints", arguments[0])
                .with("service.host", arguments[1]).with("service.region", arguments[2]).with("status-ttl", arguments[3])
                .settings(), change -> {
                }, Optional.empty(), CallTracing.NONE, LivelyMetrics.NONE);
        lively.start();
        lively.serve(Optional.of(new Endpoint("192.0.2.7", 8080, false)));
        Thread.sleep(Long.MAX_VALUE);
    }
}
