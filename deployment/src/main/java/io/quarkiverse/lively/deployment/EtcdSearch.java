package io.quarkiverse.lively.deployment;

import java.util.Optional;

/** Where an etcd may be that another process has started, to be shared. */
interface EtcdSearch {

    /**
     * Takes a few seconds at most.
     *
     * @throws PortTakenException if something else is where the shared etcd has to be
     */
    Optional<LocalEtcd> find();
}
