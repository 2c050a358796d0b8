package io.quarkiverse.lively.runtime.view;

import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.PersistentMap;

/** The services of one region, by uuid. It never changes. */
record Region(String name, PersistentMap<String, ServiceRecord> services) {

    static Region empty(String name) {
        return new Region(name, PersistentMap.empty(ServiceRecord::uuid));
    }
}
