package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.TxnRequest;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.Neighbours;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * Services as Lively writes them: twenty types, a hundred services a region, each on a host of its own and kept alive by
 * another process.
 */
record FleetData(KeyLayout layout) {

    /** etcd takes 128 operations a transaction, and a service needs eight. */
    private static final int SERVICES_A_TRANSACTION = 15;
    /** Of those. etcd gives up what waits for seconds. */
    private static final int LARGE_IN_FLIGHT = 16;
    private static final int SERVICES_A_REGION = 100;
    private static final int TYPES = 20;
    private static final long A_DAY = 86_400;

    static FleetData in(String namespace) {
        return new FleetData(new KeyLayout(namespace));
    }

    String type(int number) {
        return "type-" + number % TYPES;
    }

    String host(int number) {
        return "host-%06d.example.com".formatted(number);
    }

    static String region(int number) {
        return "region-" + number / SERVICES_A_REGION;
    }

    String uuid(int number) {
        return layout.uuidOf(type(number), host(number));
    }

    Endpoint endpoint(int number) {
        return new Endpoint("10.%d.%d.%d".formatted(number >> 16 & 255, number >> 8 & 255, number & 255), 8080, false);
    }

    ServiceDefinition definition(int number) {
        return ServiceDefinition.of(type(number), host(number)).withRegion(region(number)).withEndpoint(endpoint(number));
    }

    /** What the strings of that service have that no other service has: characters of one byte each. */
    long characters(int number) {
        return uuid(number).length() + host(number).length() + endpoint(number).address().length();
    }

    /** Registers one that was never there, as its owner does. */
    Transaction registration(int number, long lease) {
        return writes(number).register(ServiceKeys.ABSENT, Neighbours.NONE, claim(number), lease, Status.UP,
                state(number, Reason.REGISTERED)).transaction();
    }

    /** Stops one that was registered at that revision, as its owner does. */
    Transaction stop(int number, long lease, long revision) {
        ServiceKeys registered = writes(number).register(ServiceKeys.ABSENT, Neighbours.NONE, claim(number), lease, Status.UP,
                state(number, Reason.REGISTERED)).then().apply(revision);
        return writes(number).stop(registered, state(number, Reason.SHUTDOWN)).transaction();
    }

    /** Publishes it as UP or DOWN, whatever it was before, with the keys that its owner writes for that. */
    Transaction flip(int number, Status status, long lease) {
        return new Transaction(List.of(),
                writes(number).publish(ServiceKeys.ABSENT, lease, status, state(number, Reason.HEALTH)).transaction().then(),
                List.of());
    }

    /** Writes so many services, all under one lease. */
    void write(RawEtcd etcd, int services) throws InterruptedException {
        long lease = etcd.grantLease(A_DAY);
        List<TxnRequest> transactions = new ArrayList<>();
        for (int first = 0; first < services; first += SERVICES_A_TRANSACTION) {
            List<Transaction.Operation> operations = new ArrayList<>();
            for (int i = first; i < Math.min(first + SERVICES_A_TRANSACTION, services); i++) {
                operations.addAll(registration(i, lease).then());
            }
            transactions.add(RawEtcd.request(new Transaction(List.of(), operations, List.of())));
        }
        etcd.commitAll(transactions, LARGE_IN_FLIGHT);
    }

    /** What a view follows. */
    ByteString from() {
        return ByteString.copyFromUtf8(base() + "/by-");
    }

    ByteString to() {
        return ByteString.copyFromUtf8(base() + "/by.");
    }

    private String base() {
        return (layout.namespace().isEmpty() ? "" : "/" + layout.namespace()) + "/services";
    }

    private OwnerWrites writes(int number) {
        return new OwnerWrites(layout, ServiceIdentity.checked(uuid(number), type(number), host(number), region(number)),
                false);
    }

    private Claim claim(int number) {
        return Claim.newBuilder().setIncarnation(incarnation(number)).setAddress(endpoint(number).address())
                .setPort(endpoint(number).port()).setStartedAt(1_700_000_000_000L + number).setVersion("1.0").build();
    }

    private static State state(int number, Reason reason) {
        return State.newBuilder().setReason(reason).setSince(1_700_000_000_000L + number).setBy(incarnation(number)).build();
    }

    private static String incarnation(int number) {
        return new UUID(number * 0x9E3779B97F4A7C15L, number).toString();
    }
}
