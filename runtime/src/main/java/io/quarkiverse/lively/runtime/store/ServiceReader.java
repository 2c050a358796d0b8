package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/** Reads services. The record is the truth; an entry of an index is believed only as far as the record agrees. */
public final class ServiceReader {

    /** etcd takes 128 operations a transaction, and a service needs four. */
    private static final int SERVICES_A_TRANSACTION = 32;
    /** How often a list starts again when the revision that it reads at is compacted. */
    private static final int LIST_ATTEMPTS = 3;

    private final Etcd etcd;
    private final KeyLayout layout;
    private final ServiceDecoder decoder;

    public ServiceReader(Etcd etcd, KeyLayout layout) {
        this.etcd = etcd;
        this.layout = layout;
        this.decoder = new ServiceDecoder(layout);
    }

    public CompletableFuture<Boolean> isUp(String uuid) {
        return etcd.commit(Transaction.read(List.of(layout.service(uuid), layout.up(uuid))))
                .thenApply(result -> record(uuid, result.found()).filter(ServiceRecord::isUp).isPresent());
    }

    public CompletableFuture<Optional<ServiceRecord>> find(String uuid) {
        return etcd.commit(Transaction.read(keys(uuid))).thenApply(result -> record(uuid, result.found()));
    }

    public CompletableFuture<Optional<ServiceRecord>> find(String type, String host) {
        ByteString name = layout.typeHost(type, host);
        return etcd.commit(Transaction.read(List.of(name))).thenCompose(result -> {
            Optional<String> uuid = result.get(name).flatMap(entry -> ServiceIdentity.uuidIn(entry.value()));
            return uuid.isEmpty() ? CompletableFuture.completedFuture(Optional.empty())
                    : find(uuid.get()).thenApply(found -> found
                            .filter(service -> service.type().equals(type) && service.host().equals(host)));
        });
    }

    /** All that match, as they were at one revision, in the order of their uuids. */
    public CompletableFuture<List<ServiceRecord>> list(ServiceQuery query) {
        return list(query, LIST_ATTEMPTS);
    }

    private CompletableFuture<List<ServiceRecord>> list(ServiceQuery query, int attempts) {
        CompletableFuture<List<ServiceRecord>> candidates = query.uuids().isEmpty() ? listAll()
                : listSome(query.uuids().stream().sorted().toList(), 0, 0, new ArrayList<>());
        return candidates
                .thenApply(found -> found.stream().filter(query::matches).sorted(Comparator.comparing(ServiceRecord::uuid))
                        .toList())
                .exceptionallyCompose(failure -> attempts > 1
                        && EtcdException.of(failure).kind() == EtcdException.Kind.COMPACTED ? list(query, attempts - 1)
                                : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<List<ServiceRecord>> listSome(List<String> uuids, int from, long revision,
            List<ServiceRecord> found) {
        List<String> batch = uuids.subList(from, Math.min(from + SERVICES_A_TRANSACTION, uuids.size()));
        if (batch.isEmpty()) {
            return CompletableFuture.completedFuture(found);
        }
        List<ByteString> keys = batch.stream().flatMap(uuid -> keys(uuid).stream()).toList();
        return etcd.commit(Transaction.read(keys, revision)).thenCompose(result -> {
            batch.forEach(uuid -> record(uuid, result.found()).ifPresent(found::add));
            return listSome(uuids, from + batch.size(), revision == 0 ? result.revision() : revision, found);
        });
    }

    private CompletableFuture<List<ServiceRecord>> listAll() {
        return Pages.read(etcd, layout.services()).thenCompose(services -> {
            CompletableFuture<Map<ByteString, KeyValue>> ups = byKey(layout.ups(), services.revision());
            CompletableFuture<Map<ByteString, KeyValue>> owners = byKey(layout.owners(), services.revision());
            CompletableFuture<Map<ByteString, KeyValue>> states = byKey(layout.states(), services.revision());
            return CompletableFuture.allOf(ups, owners, states).thenApply(done -> services.entries().stream()
                    .map(service -> {
                        String uuid = KeyLayout.nameIn(layout.services(), service.key());
                        return decoder.decode(service, ups.join().containsKey(layout.up(uuid)),
                                Optional.ofNullable(owners.join().get(layout.owner(uuid))),
                                Optional.ofNullable(states.join().get(layout.state(uuid))));
                    })
                    .flatMap(Optional::stream).toList());
        });
    }

    private CompletableFuture<Map<ByteString, KeyValue>> byKey(Range range, long revision) {
        return Pages.read(etcd, range.at(revision)).thenApply(
                pages -> pages.entries().stream().collect(Collectors.toMap(KeyValue::key, entry -> entry)));
    }

    private List<ByteString> keys(String uuid) {
        return List.of(layout.service(uuid), layout.up(uuid), layout.owner(uuid), layout.state(uuid));
    }

    private Optional<ServiceRecord> record(String uuid, Map<ByteString, KeyValue> found) {
        return Optional.ofNullable(found.get(layout.service(uuid)))
                .flatMap(service -> decoder.decode(service, found.containsKey(layout.up(uuid)),
                        Optional.ofNullable(found.get(layout.owner(uuid))),
                        Optional.ofNullable(found.get(layout.state(uuid)))));
    }
}
