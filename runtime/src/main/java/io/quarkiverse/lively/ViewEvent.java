package io.quarkiverse.lively;

/** A message about the local view: no service has changed. */
public sealed interface ViewEvent extends LivenessEvent permits ServiceSnapshot, SnapshotEnd, Resynced {
}
