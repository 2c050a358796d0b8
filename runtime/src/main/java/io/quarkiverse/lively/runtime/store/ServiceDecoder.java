package io.quarkiverse.lively.runtime.store;

import java.util.Optional;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

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
        Optional<Service> record = parse(service, Service.parser(), "its value is no service");
        if (record.isEmpty()) {
            return Optional.empty();
        }
        if (!layout.service(record.get().getUuid()).equals(service.key())) {
            layout.skipped().skip(service.key(), "its value has another uuid");
            return Optional.empty();
        }
        return Optional.of(ServiceRecords.of(record.get(), service.modRevision(), up,
                owner.flatMap(this::claim),
                state.filter(entry -> entry.modRevision() >= service.modRevision()).flatMap(this::state)));
    }

    /** What that key of a claim says, if it can be read. */
    Optional<Claim> claim(KeyValue owner) {
        return parse(owner, Claim.parser(), "its value is no claim");
    }

    /** What that key of a state says, if it can be read. */
    Optional<State> state(KeyValue state) {
        return parse(state, State.parser(), "its value is no state");
    }

    private <T extends MessageLite> Optional<T> parse(KeyValue entry, Parser<T> parser, String otherwise) {
        Optional<T> parsed = Entry.parse(entry.value(), parser);
        if (parsed.isEmpty()) {
            layout.skipped().skip(entry.key(), otherwise);
        }
        return parsed;
    }
}
