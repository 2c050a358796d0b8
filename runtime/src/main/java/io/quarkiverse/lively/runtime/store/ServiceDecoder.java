package io.quarkiverse.lively.runtime.store;

import java.util.Optional;

import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;

/** Makes a service of the keys that it has. A record that cannot be read is skipped; of the other keys it is left out. */
final class ServiceDecoder {

    private final KeyLayout layout;

    ServiceDecoder(KeyLayout layout) {
        this.layout = layout;
    }

    /**
     * @param service the key of the record
     * @param up whether the entry under UP exists
     * @param owner the key of the claim
     * @param state the key of the state, current or not
     */
    Optional<ServiceRecord> decode(KeyValue service, boolean up, Optional<KeyValue> owner, Optional<KeyValue> state) {
        Optional<Service> record = Entry.parse(service.value(), Service.parser());
        if (record.isEmpty()) {
            layout.skipped().skip(service.key(), "its value is no service");
            return Optional.empty();
        }
        if (!layout.service(record.get().getUuid()).equals(service.key())) {
            layout.skipped().skip(service.key(), "its value has another uuid");
            return Optional.empty();
        }
        return Optional.of(ServiceRecords.of(record.get(), service.modRevision(), up,
                owner.flatMap(entry -> Entry.parse(entry.value(), Claim.parser())),
                state.filter(entry -> entry.modRevision() >= service.modRevision())
                        .flatMap(entry -> Entry.parse(entry.value(), State.parser()))));
    }
}
