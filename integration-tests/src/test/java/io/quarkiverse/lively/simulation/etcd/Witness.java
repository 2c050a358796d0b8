package io.quarkiverse.lively.simulation.etcd;

/** Sees each commit at its true time, in order, before any member or client does. */
public interface Witness {

    void committed(Commit commit);

    /** All data are gone, and the revision is 1 again. */
    default void wiped() {
    }

    /** The data are those of a backup, and what was committed after it never happened. */
    default void restored(long revision) {
    }

    /** Revisions below that one can no longer be read or watched. */
    default void compacted(long revision) {
    }
}
