package io.quarkiverse.lively.deployment;

/**
 * An etcd that another process has started, and ends, or that is in the Compose project of the application.
 *
 * @param description which one it is
 * @param containerId null if it is not in a container
 * @param ofAnotherApplication whether it ends with another application
 */
record FoundEtcd(String description, String url, String containerId, boolean ofAnotherApplication) implements LocalEtcd {

    /** Nothing is to be done. */
    @Override
    public void start() {
        // It runs.
    }

    @Override
    public String getConnectionInfo() {
        return url;
    }

    @Override
    public String getContainerId() {
        return containerId;
    }

    /** Leaves it to its owner. */
    @Override
    public void close() {
        // It runs on.
    }
}
