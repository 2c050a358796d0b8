package io.quarkiverse.lively.deployment;

import java.util.Optional;

/** Where an etcd may be that another process has started, to be shared. */
interface EtcdSearch {

    /**
     * Takes a few seconds at most.
     *
     * @throws IllegalStateException if there is something that is no etcd, and where therefore none can be started either
     */
    Optional<LocalEtcd> find();
}
