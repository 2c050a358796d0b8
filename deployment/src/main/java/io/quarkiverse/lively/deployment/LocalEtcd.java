package io.quarkiverse.lively.deployment;

import io.quarkus.deployment.builditem.Startable;

/**
 * An etcd that can be started on this machine, with no data, and that takes its data with it when it is closed; or that of
 * another process.
 * <p>
 * {@link #start()} returns when it answers at {@link #getConnectionInfo()}, its URL. If it throws, nothing is left of the
 * attempt. {@link #close()} may be called again, to no effect.
 */
interface LocalEtcd extends Startable {

    /** Which one it is, for a human, as in "use etcd ...". */
    String description();

    /** The URL at which programs on this machine reach it. The application may need another one, if it runs in a container. */
    default String hostUrl() {
        return getConnectionInfo();
    }

    @Override
    void close();
}
