package io.quarkiverse.lively.deployment;

import java.util.List;

/** The etcd processes that this JVM has started and that are still running. */
final class EtcdChildren {

    private EtcdChildren() {
    }

    static List<Long> pids() {
        return ProcessHandle.current().descendants()
                .filter(process -> process.info().command().filter(command -> command.endsWith("/etcd")).isPresent())
                .map(ProcessHandle::pid).toList();
    }
}
