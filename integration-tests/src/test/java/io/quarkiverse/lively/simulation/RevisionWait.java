package io.quarkiverse.lively.simulation;

/**
 * A wait of an application for its view to come to a revision.
 *
 * @param history how often etcd was replaced by then
 * @param since the true time
 * @param failure null if the view came to the revision
 */
record RevisionWait(SimulatedApplication application, long revision, int history, long since, Throwable failure) {
}
