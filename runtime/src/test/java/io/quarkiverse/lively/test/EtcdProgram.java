package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * An etcd to run.
 *
 * @param command as it is found on the path, or where it is
 */
public record EtcdProgram(String command) {

    private static final String NEXT = "LIVELY_ETCD_NEXT";

    /** The one on the path, which Debian 12 has. */
    public static EtcdProgram onThePath() {
        return new EtcdProgram("etcd");
    }

    /** A current one, if there is one here: {@code .ci/run} builds it where Go is, and names it in {@value #NEXT}. */
    public static Optional<EtcdProgram> next() {
        return Optional.ofNullable(System.getenv(NEXT)).filter(command -> !command.isEmpty()).map(EtcdProgram::new);
    }

    /** As it says itself, {@code 3.4.23} for example. */
    public String version() {
        try {
            Process etcd = new ProcessBuilder(command, "--version").redirectErrorStream(true).start();
            return new String(etcd.getInputStream().readAllBytes()).lines().findFirst().orElse("")
                    .replace("etcd Version: ", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
