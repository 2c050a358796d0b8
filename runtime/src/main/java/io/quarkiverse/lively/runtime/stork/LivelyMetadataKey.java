package io.quarkiverse.lively.runtime.stork;

import io.smallrye.stork.api.MetadataKey;

/** What a load balancer of Stork can find out of an instance besides its labels, which are the metadata of the service. */
public enum LivelyMetadataKey implements MetadataKey {

    UUID("lively-uuid"),
    TYPE("lively-type"),
    HOST("lively-host"),
    REGION("lively-region");

    private final String name;

    LivelyMetadataKey(String name) {
        this.name = name;
    }

    @Override
    public String getName() {
        return name;
    }
}
