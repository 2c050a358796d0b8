package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.quarkiverse.lively.test.EtcdServer;

/**
 * A real etcd, while the tests of one class run, which the application of the test is configured to use. The tests themselves
 * are run by another class loader than this extension: they reach it by the static methods, which know it from system
 * properties. The archive of a test that calls one has to contain this class.
 */
class RealEtcd implements BeforeAllCallback, AfterAllCallback {

    private static final String URL = "quarkus.lively.etcd.endpoints";
    private static final String PID = "lively.test.etcd.pid";

    private EtcdServer etcd;

    static String url() {
        return System.getProperty(URL);
    }

    /** Stops it from doing anything, while its connections stay open. */
    static void freeze() {
        EtcdServer.signal(Long.getLong(PID), "STOP");
    }

    static void thaw() {
        EtcdServer.signal(Long.getLong(PID), "CONT");
    }

    /** What {@code etcdctl} prints, line by line, without empty lines. */
    static List<String> etcdctl(String arguments) throws IOException {
        ProcessBuilder etcdctl = new ProcessBuilder(("etcdctl --endpoints " + url() + " " + arguments).split(" "));
        etcdctl.environment().put("ETCDCTL_API", "3");
        return new String(etcdctl.redirectErrorStream(true).start().getInputStream().readAllBytes()).lines()
                .filter(line -> !line.isEmpty()).toList();
    }

    /** Moves with each transaction that changes something. */
    static long revision() throws IOException {
        String status = String.join("", etcdctl("endpoint status --write-out=json"));
        return Long.parseLong(status.replaceFirst(".*\"revision\":(\\d+).*", "$1"));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        etcd = EtcdServer.started();
        System.setProperty(URL, etcd.url());
        System.setProperty(PID, Long.toString(etcd.pid()));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        System.clearProperty(URL);
        System.clearProperty(PID);
        etcd.close();
    }
}
