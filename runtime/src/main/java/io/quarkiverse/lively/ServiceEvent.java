package io.quarkiverse.lively;

/** A change of one service. */
public sealed interface ServiceEvent extends LivenessEvent permits ServiceAdded, ServiceChanged, ServiceRemoved {

    /** The service as it is now; in {@link ServiceRemoved}, as it was before. */
    ServiceRecord service();

    /**
     * Why it changed. EXPIRED only if it was UP and its lease ran out. UNKNOWN if the writer did not say: so if a service that
     * is DOWN loses its process, and with it endpoint and metadata, or if its process changes its metadata. The record keeps
     * the reason why it is UP or DOWN.
     */
    Reason reason();

    /** How many changes this event stands for: 1, unless the subscriber was too slow to get each by itself. */
    int coalesced();
}
