package io.quarkiverse.lively.runtime.store;

import java.util.List;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;

/**
 * All that decides about one service, as it was at one revision. A service that was never looked at is taken to be absent:
 * the guards of a write then tell.
 *
 * @param typeHost the entry of the type and host under which the service is to be found, whoever it names
 * @param region the entry of the region in which the service is to be found
 */
public record ServiceKeys(Entry<Service> service, Entry<ByteString> up, Entry<Claim> owner, Entry<State> state,
        Entry<History> history, Entry<ByteString> typeHost, Entry<ByteString> region) {

    public static final ServiceKeys ABSENT = new ServiceKeys(Entry.absent(), Entry.absent(), Entry.absent(), Entry.absent(),
            Entry.absent(), Entry.absent(), Entry.absent());

    static List<ByteString> keys(KeyLayout layout, ServiceIdentity id) {
        return List.of(layout.service(id.uuid()), layout.up(id.uuid()), layout.owner(id.uuid()), layout.state(id.uuid()),
                layout.history(id.uuid()), layout.typeHost(id.type(), id.host()), layout.region(id.region(), id.uuid()));
    }

    static ServiceKeys of(KeyLayout layout, ServiceIdentity id, Transaction.Result result) {
        return new ServiceKeys(
                // A record of another uuid says nothing of this service: readers skip it, and so nobody could lift its DOWN.
                Entry.parse(result.get(layout.service(id.uuid())), Service.parser())
                        .where(record -> record.getUuid().equals(id.uuid())),
                Entry.raw(result.get(layout.up(id.uuid()))),
                Entry.parse(result.get(layout.owner(id.uuid())), Claim.parser()),
                Entry.parse(result.get(layout.state(id.uuid())), State.parser()),
                Entry.parse(result.get(layout.history(id.uuid())), History.parser()),
                Entry.raw(result.get(layout.typeHost(id.type(), id.host()))),
                Entry.raw(result.get(layout.region(id.region(), id.uuid()))));
    }

    /** The same without the keys that say that a process keeps the service alive. */
    public ServiceKeys withoutOwner() {
        return new ServiceKeys(service, Entry.absent(), Entry.absent(), state, history, typeHost, region);
    }

    /** Whether the record has that type and host, and is not to be found under them. */
    boolean lackTypeHost(ServiceIdentity id) {
        return !typeHost.exists() && service.value().filter(record -> !id.hasOtherName(record)).isPresent();
    }

    /** Whether the record is of that region, and is not to be found in it. */
    boolean lackRegion(ServiceIdentity id) {
        return !region.exists()
                && service.value().filter(record -> ServiceRecords.region(record).equals(id.region())).isPresent();
    }

    /** Whether a process keeps the service alive. A claim has a lease: what has none, and cannot be read, is nobody's. */
    public boolean isClaimed() {
        return owner.value().isPresent() || owner.lease() != 0;
    }

    /**
     * The fencing token of the owner: the revision of its claim. An owner that rewrites its claim under the same lease keeps
     * the token that it had.
     */
    public long fencingToken() {
        return owner.value().map(Claim::getToken).filter(kept -> kept != 0).orElse(owner.modRevision());
    }

    /** Whether the state was written with the record or after it; if not, a client that knows no states wrote the record. */
    public boolean stateIsCurrent() {
        return service.exists() && state.modRevision() >= service.modRevision();
    }
}
