package io.quarkiverse.lively.deployment;

import java.util.List;

/** The etcd processes that Dev Services have started from this JVM and that are still running. */
final class EtcdChildren {

    private EtcdChildren() {
    }

    static List<Long> pids() {
        return ProcessHandle.current().descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("/quarkus-lively-etcd"))
                .map(ProcessHandle::pid).toList();
    }
}
