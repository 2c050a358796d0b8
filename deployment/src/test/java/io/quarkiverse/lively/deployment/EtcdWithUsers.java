package io.quarkiverse.lively.deployment;

import java.net.URI;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.EtcdUsers;

/** As {@link RealEtcd}, but only users may do something: one who may all that Lively needs, and root. */
class EtcdWithUsers implements BeforeAllCallback, AfterAllCallback {

    static final String USER = "inventory";
    static final String PASSWORD = "hunter2-in-the-beginning";

    private static final String URL = "quarkus.lively.etcd.endpoints";

    private EtcdServer etcd;

    static void changePassword(String password) {
        new EtcdUsers(URI.create(System.getProperty(URL)).getPort()).changePassword(USER, password);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        etcd = EtcdServer.started("--bcrypt-cost", "4");
        etcd.etcdctl("role", "add", "lively");
        etcd.etcdctl("role", "grant-permission", "lively", "readwrite", "--prefix=true", "/services/");
        etcd.setUser(USER, PASSWORD, "lively");
        etcd.enableAuthentication();
        System.setProperty(URL, etcd.url());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        System.clearProperty(URL);
        if (etcd != null) {
            etcd.close();
        }
    }
}
