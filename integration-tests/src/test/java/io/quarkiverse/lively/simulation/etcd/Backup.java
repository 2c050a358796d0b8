package io.quarkiverse.lively.simulation.etcd;

import java.util.List;

/** The data of a moment. */
public final class Backup {

    final Store store;
    final long compacted;
    final List<LeaseState> leases;

    Backup(Store store, long compacted, List<LeaseState> leases) {
        this.store = store;
        this.compacted = compacted;
        this.leases = leases;
    }

    public long revision() {
        return store.revision();
    }
}
