package io.quarkiverse.lively.benchmark;

import io.quarkiverse.lively.runtime.worker.SystemPlatform;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.quarkiverse.lively.runtime.worker.Worker;

/** Makes views that share a connection. */
final class Views implements AutoCloseable {

    private final EtcdConnection etcd;
    private final ExecutorService pool = Executors.newCachedThreadPool();

    /** A view with its thread. */
    record Open(LocalView view, Worker worker) implements AutoCloseable {

        @Override
        public void close() {
            view.close().join();
            worker.close();
        }
    }

    Views(String url) {
        etcd = Node.connect(url);
    }

    /** Returns once it can be asked. */
    Open open(KeyLayout layout) {
        Worker worker = new SystemPlatform().worker("view");
        LocalView view = new LocalView(new RegistryFeed(etcd, layout), new Replica(layout), worker, pool, new Random(),
                Node.view(), LivelyMetrics.NONE);
        view.awaitReady().await().atMost(Duration.ofMinutes(2));
        return new Open(view, worker);
    }

    @Override
    public void close() {
        etcd.close();
        pool.shutdownNow();
    }
}
