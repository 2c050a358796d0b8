package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** Writes services as protocol.md says, key by key. Every method returns the revision of its write. */
record RawFleet(Etcd etcd, KeyLayout layout) {

    static Service service(String uuid, String type, String host, Status status) {
        return Service.newBuilder().setUuid(uuid).setType(type).setHost(host).setRegion("r").setStatus(status).build();
    }

    long register(String uuid, String type, String host, long lease, String incarnation) {
        return write(registration(service(uuid, type, host, Status.UP), lease, incarnation));
    }

    long register(String uuid) {
        return register(uuid, "type", uuid, 0, "i");
    }

    Operation[] registration(Service service, long lease, String incarnation) {
        String uuid = service.getUuid();
        return new Operation[] { new Put(layout.service(uuid), service.toByteString(), 0),
                new Put(layout.up(uuid), ByteString.EMPTY, lease),
                new Put(layout.owner(uuid), Claim.newBuilder().setIncarnation(incarnation).setAddress("a").setPort(1).build()
                        .toByteString(), lease),
                new Put(layout.state(uuid), state(Reason.REGISTERED), 0),
                new Put(layout.typeHost(service.getType(), service.getHost()), ByteString.copyFromUtf8(uuid), 0),
                new Put(layout.region(service.getRegion(), uuid), ByteString.EMPTY, 0),
                new Delete(layout.down(uuid)) };
    }

    long down(String uuid, String type, String host) {
        return write(new Put(layout.service(uuid), service(uuid, type, host, Status.DOWN).toByteString(), 0),
                new Put(layout.down(uuid), ByteString.EMPTY, 0), new Put(layout.state(uuid), state(Reason.OPERATOR), 0),
                new Delete(layout.up(uuid)));
    }

    long delete(String uuid, String type, String host) {
        return write(new Delete(layout.service(uuid)), new Delete(layout.up(uuid)), new Delete(layout.down(uuid)),
                new Delete(layout.owner(uuid)), new Delete(layout.state(uuid)), new Delete(layout.typeHost(type, host)),
                new Delete(layout.region("r", uuid)));
    }

    long put(ByteString key, ByteString value) {
        return write(new Put(key, value, 0));
    }

    long write(Operation... operations) {
        return write(List.of(), operations).revision();
    }

    Transaction.Result write(List<Transaction.Compare> guards, Operation... operations) {
        return etcd.commit(new Transaction(guards, new ArrayList<>(Arrays.asList(operations)), List.of())).join();
    }

    long lease() {
        return etcd.grantLease(Duration.ofSeconds(60)).join().id();
    }

    static ByteString state(Reason reason) {
        return state(reason, reason == Reason.REGISTERED ? 1_000_000 : 2_000_000);
    }

    static ByteString state(Reason reason, long since) {
        return State.newBuilder().setReason(reason).setSince(since).setBy("i").build().toByteString();
    }
}
