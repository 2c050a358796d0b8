package io.quarkiverse.lively.deployment.etcd;

import java.io.IOException;

/** An embedded etcd in a process of its own, which can be frozen and killed. */
final class MemoryEtcdProcess {

    private MemoryEtcdProcess() {
    }

    /** At the port that is given, until the process is ended. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        MemoryEtcd.started(Integer.parseInt(arguments[0]));
        Thread.currentThread().join();
    }
}
