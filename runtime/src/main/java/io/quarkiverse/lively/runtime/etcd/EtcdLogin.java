package io.quarkiverse.lively.runtime.etcd;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * By which user this application asks etcd.
 *
 * @param user asked each time at which etcd wants to know; must not block. Its future may complete on any thread
 * @param remedy what to change if etcd does not accept that user
 */
public record EtcdLogin(Supplier<CompletableFuture<User>> user, String remedy) {

    /** A user of etcd. The password is in no text that is made of it. */
    public record User(String name, String password) {

        @Override
        public String toString() {
            return name;
        }
    }
}
