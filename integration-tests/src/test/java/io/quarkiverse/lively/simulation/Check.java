package io.quarkiverse.lively.simulation;

import java.util.List;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * Something that is promised, and is looked at whenever something happens that could break it. A check calls
 * {@link World#violated} when the promise is broken, and {@link World#checked} each time it has seen it kept.
 */
interface Check {

    /** The names of what it checks. A long simulation fails if one of them was never put to the test. */
    default List<String> promises() {
        return List.of();
    }

    /** etcd has stored something. Called at once, before any process can know of it. */
    default void committed(Commit commit) {
    }

    /** etcd was wiped, or restored from a backup: its revisions and its leases are others than before. */
    default void replaced() {
    }

    /** An application has begun to start, in a process that is new, or after a reload. */
    default void started(SimulatedApplication application) {
    }

    /** An application that stops, and not ahead of a reload, takes DOWN for published: it may stop serving. */
    default void down(SimulatedApplication application) {
    }

    /** A process has been ended, in whatever way, or its application has closed ahead of a reload. */
    default void ended(SimulatedApplication application) {
    }

    /** A registration of the application is in another state; called on its worker. */
    default void changed(SimulatedApplication application, RegistrationChange change) {
    }

    /** A call of the registry has begun. */
    default void called(RegistryCall call) {
    }

    /** A call of the registry has ended; not if its process has ended before. */
    default void answered(RegistryCall call) {
    }

    /** A subscriber was called. */
    default void received(Subscriber subscriber, LivenessEvent event) {
    }

    /** A wait for a revision of a view has ended; not if its process has ended before. */
    default void awaited(RevisionWait wait) {
    }

    /** Called often, at any time. */
    default void tick() {
    }

    /** All that was broken is mended from now on. */
    default void healed() {
    }

    /** The processes are about to be stopped. */
    default void beforeStop() {
    }

    /** All processes have been stopped for a while: the run is over. */
    default void finished() {
    }
}
