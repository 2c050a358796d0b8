package io.quarkiverse.lively.runtime.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Compare;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.ModRevisionIs;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * Changes services at random by transactions of its own: as a process that claims a service and dies, and as
 * os-lively, which knows neither states nor claims.
 */
final class OtherClient {

    private final Etcd etcd;
    private final KeyLayout layout;
    private final RawFleet fleet;
    private final Dice dice;
    private final Tally tally;

    OtherClient(Etcd etcd, KeyLayout layout, Dice dice, Tally tally) {
        this.etcd = etcd;
        this.layout = layout;
        this.fleet = new RawFleet(etcd, layout);
        this.dice = dice;
        this.tally = tally;
    }

    void change() {
        String uuid = dice.uuid();
        Service wanted = Service.newBuilder().setUuid(uuid).setType(dice.type()).setHost(dice.host(uuid))
                .setRegion(dice.region()).build();
        ByteString name = layout.typeHost(wanted.getType(), wanted.getHost());
        List<ByteString> keys = List.of(layout.service(uuid), layout.owner(uuid), layout.state(uuid), name);
        Map<ByteString, KeyValue> seen = etcd.commit(Transaction.read(keys)).join().found();
        List<Compare> unchanged = keys.stream().<Compare> map(
                key -> new ModRevisionIs(key, seen.containsKey(key) ? seen.get(key).modRevision() : 0)).toList();
        Optional<Service> stored = Optional.ofNullable(seen.get(layout.service(uuid))).map(OtherClient::parse);
        boolean nameIsFree = !seen.containsKey(name) || seen.get(name).value().toStringUtf8().equals(uuid);
        switch (dice.below(4)) {
            case 0 -> {
                if (nameIsFree) {
                    write("other claim", unchanged, claim(wanted, stored));
                }
            }
            case 1 -> stored.ifPresent(former -> write("os-lively down", unchanged, downByOsLively(former)));
            case 2 -> stored.ifPresent(former -> write("os-lively up", unchanged, upByOsLively(former)));
            default -> crash(Optional.ofNullable(seen.get(layout.owner(uuid))));
        }
    }

    private List<Operation> claim(Service wanted, Optional<Service> stored) {
        List<Operation> writes = new ArrayList<>(
                List.of(fleet.registration(wanted, dice.oneIn(2) ? 0 : fleet.lease(), "i" + dice.below(3))));
        stored.ifPresent(former -> {
            if (!former.getType().equals(wanted.getType()) || !former.getHost().equals(wanted.getHost())) {
                writes.add(new Delete(layout.typeHost(former.getType(), former.getHost())));
            }
            if (!former.getRegion().equals(wanted.getRegion())) {
                writes.add(new Delete(layout.region(former.getRegion(), wanted.getUuid())));
            }
        });
        return writes;
    }

    private List<Operation> downByOsLively(Service former) {
        Service down = former.toBuilder().setStatus(Status.DOWN).setMaintenanceNote("n" + dice.below(1_000)).build();
        return List.of(new Put(layout.service(former.getUuid()), down.toByteString(), 0),
                new Put(layout.down(former.getUuid()), ByteString.EMPTY, 0), new Delete(layout.up(former.getUuid())));
    }

    private List<Operation> upByOsLively(Service former) {
        Service up = former.toBuilder().setStatus(Status.UP).build();
        return List.of(new Put(layout.service(former.getUuid()), up.toByteString(), 0),
                new Put(layout.up(former.getUuid()), ByteString.EMPTY, fleet.lease()),
                new Delete(layout.down(former.getUuid())));
    }

    /** Whoever owns it is gone, with all that it owns. */
    private void crash(Optional<KeyValue> owner) {
        owner.filter(claim -> claim.lease() != 0).ifPresent(claim -> {
            etcd.revokeLease(claim.lease()).join();
            tally.count("crash");
        });
    }

    private void write(String what, List<Compare> unchanged, List<Operation> writes) {
        try {
            boolean written = etcd.commit(new Transaction(unchanged, writes, List.of())).join().succeeded();
            tally.count(written ? what : what + " - lost");
        } catch (CompletionException e) {
            if (EtcdException.of(e).kind() != EtcdException.Kind.LEASE_NOT_FOUND) {
                throw e;
            }
        }
    }

    private static Service parse(KeyValue stored) {
        try {
            return Service.parseFrom(stored.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
