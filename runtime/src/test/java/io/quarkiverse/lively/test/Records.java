package io.quarkiverse.lively.test;

import java.util.Optional;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;

/** Records that were never in etcd. */
public final class Records {

    private Records() {
    }

    /** A service of which nothing is known but what was declared. */
    public static ServiceRecord of(ServiceDefinition declared) {
        return of(declared, Liveness.UNKNOWN);
    }

    public static ServiceRecord of(ServiceDefinition declared, Liveness liveness) {
        return new ServiceRecord(declared.uuid(), declared.type(), declared.host(), declared.region(), declared.status(),
                declared.maintenance(), declared.endpoint(), declared.metadata(), false, liveness, Reason.UNKNOWN,
                Optional.empty(), 0);
    }
}
