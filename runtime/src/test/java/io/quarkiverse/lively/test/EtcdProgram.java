package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.opentest4j.TestAbortedException;

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

    /**
     * A current one: {@code .ci/run} builds it where Go is, and names it in {@value #NEXT}. A test that needs it is
     * left out where it is missing.
     *
     * @throws IllegalStateException in CI, instead, if Go is there
     */
    public static EtcdProgram next() {
        String command = System.getenv(NEXT);
        if (command != null && !command.isEmpty()) {
            return new EtcdProgram(command);
        }
        String lack = NEXT + " names no etcd; to have one: export " + NEXT + "=$(.ci/etcd-next/build)";
        if ("true".equals(System.getenv("CI")) && Programs.has("go")) {
            throw new IllegalStateException(lack + ". With CI=true no test is left out that Go can be had for");
        }
        throw new TestAbortedException(lack);
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
