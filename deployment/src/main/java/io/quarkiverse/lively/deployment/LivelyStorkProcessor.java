package io.quarkiverse.lively.deployment;

import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;

/** Lets SmallRye Stork find services, in applications that have it. */
class LivelyStorkProcessor {

    /** Stork itself finds the loader of this bean on the class path. Without Stork, nobody looks for it. */
    @BuildStep
    void discovery(Capabilities capabilities, BuildProducer<AdditionalBeanBuildItem> beans) {
        if (capabilities.isPresent(Capability.SMALLRYE_STORK)) {
            beans.produce(AdditionalBeanBuildItem
                    .unremovableOf("io.quarkiverse.lively.runtime.stork.LivelyServiceDiscoveryProvider"));
        }
    }
}
