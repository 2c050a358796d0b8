package io.quarkiverse.lively;

import io.smallrye.stork.api.MetadataKey;

/**
 * The metadata of an instance that SmallRye Stork has found by service discovery of the type {@code lively}. A load balancer
 * reads them by {@code instance.getMetadata().getMetadata().get(LivelyMetadataKey.REGION)}; each value is a {@link String}, and
 * none is missing. An instance of another service discovery has none of them. The metadata of the service itself are the labels
 * of the instance.
 * <p>
 * Needs Stork on the class path. Nothing of Lively loads this class in an application without Stork.
 */
public enum LivelyMetadataKey implements MetadataKey {

    /** The uuid of the service, as {@link ServiceRecord#uuid()}. */
    UUID("lively-uuid"),
    /** The type of the service, as {@link ServiceRecord#type()}. */
    TYPE("lively-type"),
    /** The host of the service, as {@link ServiceRecord#host()}; the address to call is that of the instance. */
    HOST("lively-host"),
    /** The region of the service, as {@link ServiceRecord#region()}. */
    REGION("lively-region");

    private final String name;

    LivelyMetadataKey(String name) {
        this.name = name;
    }

    /** The name of this key in Stork: {@code lively-} and the name of the field. */
    @Override
    public String getName() {
        return name;
    }
}
