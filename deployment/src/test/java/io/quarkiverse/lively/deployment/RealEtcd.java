package io.quarkiverse.lively.deployment;

import java.net.URI;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.quarkiverse.lively.test.EtcdKeys;
import io.quarkiverse.lively.test.EtcdLeases;
import io.quarkiverse.lively.test.EtcdServer;

/**
 * An etcd, a real one where that is installed, while the tests of one class run, which the application of the test is
 * configured to use. The tests themselves are run by another class loader than this extension: they reach it by the
 * static methods, which know it from system properties. The archive of a test that calls one has to contain this class.
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

    static EtcdKeys keys() {
        return new EtcdKeys(URI.create(url()).getPort());
    }

    static EtcdLeases leases() {
        return new EtcdLeases(URI.create(url()).getPort());
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
        if (etcd != null) {
            etcd.close();
        }
    }
}
