package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.History;

/** Reads services. The record is the truth; an entry of an index is believed only as far as the record agrees. */
public final class ServiceReader {

    /** So many etcd takes. A service needs four, and one more with its last known claim. */
    private static final int OPERATIONS_A_TRANSACTION = 128;
    private static final int LIKELY_UUIDS = 10_000;
    /** How often an answer is begun anew when the revision that it is read at is compacted. */
    private static final int ATTEMPTS = 3;

    private final Etcd etcd;
    private final KeyLayout layout;
    private final ServiceDecoder decoder;
    private final Executor computations;
    /** The uuids that names led to, where they do not follow from the names. A hint, which is checked with each answer. */
    private final Map<ByteString, String> likelyUuids = new ConcurrentHashMap<>();

    /** @param computations decodes long lists, which must not keep the thread of a client */
    public ServiceReader(Etcd etcd, KeyLayout layout, Executor computations) {
        this.etcd = etcd;
        this.layout = layout;
        this.decoder = new ServiceDecoder(layout);
        this.computations = computations;
    }

    public CompletableFuture<Boolean> isUp(String uuid) {
        return liveness(uuid).thenApply(found -> found.filter(Liveness.UP::equals).isPresent());
    }

    public CompletableFuture<Boolean> isUp(String type, String host) {
        return find(type, host, this::keysOfLiveness).thenApply(found -> found.filter(ServiceRecord::isUp).isPresent());
    }

    public CompletableFuture<Optional<Liveness>> liveness(String uuid) {
        return find(uuid, this::keysOfLiveness).thenApply(found -> found.map(ServiceRecord::liveness));
    }

    public CompletableFuture<Optional<ServiceRecord>> find(String uuid) {
        return find(uuid, this::keysWithLast);
    }

    public CompletableFuture<Optional<ServiceRecord>> find(String type, String host) {
        return find(type, host, this::keysWithLast);
    }

    /**
     * The last transitions, the newest first. Fails with an {@link UnknownServiceException} if there is no such service.
     */
    public CompletableFuture<List<Transition>> history(String uuid) {
        ByteString key = layout.history(uuid);
        return etcd.commit(Transaction.read(List.of(layout.service(uuid), key))).thenApply(result -> {
            if (result.get(layout.service(uuid)).isEmpty()) {
                throw new UnknownServiceException(uuid);
            }
            List<Transition> newestFirst = new ArrayList<>(Entry.parse(result.get(key), History.parser()).value().stream()
                    .flatMap(history -> history.getTransitionsList().stream()).map(ServiceRecords::transition).toList());
            Collections.reverse(newestFirst);
            // Others may have written more than Lively does.
            return newestFirst.stream().limit(WriteBuilder.HISTORY).toList();
        });
    }

    private CompletableFuture<Optional<ServiceRecord>> find(String uuid, Function<String, List<ByteString>> keys) {
        return find(uuid, keys, 0);
    }

    /** @param revision the one to read at; 0: the newest */
    private CompletableFuture<Optional<ServiceRecord>> find(String uuid, Function<String, List<ByteString>> keys,
            long revision) {
        return etcd.commit(Transaction.read(keys.apply(uuid), revision)).thenApply(result -> record(uuid, result.found()));
    }

    /**
     * Asks for the entry of the name together with the service that it most likely names: the one that it named before,
     * or whose uuid follows from the name. That one is also the answer if the entry is missing, or names one of another
     * name, as it may where os-lively wrote. All that is read further is read at the same revision: an answer that is put
     * together from two revisions may be one that was never true.
     */
    private CompletableFuture<Optional<ServiceRecord>> find(String type, String host,
            Function<String, List<ByteString>> keys) {
        String likely = likelyUuids.getOrDefault(layout.typeHost(type, host), layout.uuidOf(type, host));
        return find(type, host, keys, likely, ATTEMPTS);
    }

    private CompletableFuture<Optional<ServiceRecord>> find(String type, String host,
            Function<String, List<ByteString>> keys, String likely, int attempts) {
        ByteString name = layout.typeHost(type, host);
        List<ByteString> question = Stream.concat(Stream.of(name), keys.apply(likely).stream()).toList();
        Predicate<ServiceRecord> isNamed = service -> service.type().equals(type) && service.host().equals(host);
        return etcd.commit(Transaction.read(question)).thenCompose(result -> {
            Optional<ServiceRecord> expected = record(likely, result.found()).filter(isNamed);
            Optional<String> named = result.get(name).flatMap(entry -> ServiceIdentity.uuidIn(entry.value()));
            Optional<String> another = named.filter(uuid -> !uuid.equals(likely));
            String derived = layout.uuidOf(type, host);
            if (result.get(name).isEmpty() && expected.isEmpty() && !likely.equals(derived)) {
                // It was another one that had the name.
                likelyUuids.remove(name, likely);
                return find(type, host, keys, derived, attempts);
            }
            if (result.get(name).isEmpty() || expected.isPresent() && another.isEmpty()) {
                return CompletableFuture.completedFuture(expected);
            }
            return another.map(uuid -> find(uuid, keys, result.revision()))
                    .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())).thenCompose(found -> {
                        Optional<ServiceRecord> confirmed = found.filter(isNamed);
                        confirmed.ifPresent(service -> remember(name, service.uuid()));
                        Optional<ServiceRecord> answer = confirmed.or(() -> expected);
                        return answer.isPresent() ? CompletableFuture.completedFuture(answer)
                                : search(type, host, result.revision());
                    }).exceptionallyCompose(failure -> isCompacted(failure) && attempts > 1
                            ? find(type, host, keys, likely, attempts - 1)
                            : CompletableFuture.failedFuture(failure));
        });
    }

    private static boolean isCompacted(Throwable failure) {
        return EtcdException.of(failure).kind() == EtcdException.Kind.COMPACTED;
    }

    /** Somebody took the entry from whoever had the name, and that one may be there still: then the one that changed last. */
    private CompletableFuture<Optional<ServiceRecord>> search(String type, String host, long revision) {
        ServiceQuery query = ServiceQuery.ofTypes(type).withHosts(host);
        return listAll(revision, true).thenApply(services -> {
            Optional<ServiceRecord> found = services.stream().filter(query::matches)
                    .filter(service -> !service.uuid().isEmpty())
                    .max(Comparator.comparingLong(ServiceRecord::revision));
            found.ifPresent(service -> remember(layout.typeHost(type, host), service.uuid()));
            return found;
        });
    }

    private void remember(ByteString name, String uuid) {
        if (likelyUuids.size() >= LIKELY_UUIDS) {
            likelyUuids.clear();
        }
        likelyUuids.put(name, uuid);
    }

    /** All that match, as they were at one revision, in the order of their uuids. */
    public CompletableFuture<List<ServiceRecord>> list(ServiceQuery query) {
        return list(query, false);
    }

    /** @param lastKnown whether services that no process keeps alive have their last known endpoint and metadata */
    public CompletableFuture<List<ServiceRecord>> list(ServiceQuery query, boolean lastKnown) {
        return list(query, lastKnown, ATTEMPTS);
    }

    private CompletableFuture<List<ServiceRecord>> list(ServiceQuery query, boolean lastKnown, int attempts) {
        Function<String, List<ByteString>> keysOf = lastKnown ? this::keysWithLast : this::keys;
        CompletableFuture<List<ServiceRecord>> candidates = query.uuids().isEmpty() ? listAll(0, lastKnown)
                : listSome(query.uuids().stream().sorted().toList(), keysOf,
                        OPERATIONS_A_TRANSACTION / keysOf.apply("").size(), 0, new ArrayList<>());
        return candidates
                .thenApply(found -> found.stream().filter(query::matches).sorted(Comparator.comparing(ServiceRecord::uuid))
                        .toList())
                .exceptionallyCompose(failure -> isCompacted(failure) && attempts > 1
                        ? list(query, lastKnown, attempts - 1)
                        : CompletableFuture.failedFuture(failure));
    }

    /**
     * @param atOnce how many a transaction asks for: fewer, if the answer would be too large for a message
     * @param revision the one to read at; 0: the newest
     */
    private CompletableFuture<List<ServiceRecord>> listSome(List<String> uuids, Function<String, List<ByteString>> keysOf,
            int atOnce, long revision, List<ServiceRecord> found) {
        if (uuids.isEmpty()) {
            return CompletableFuture.completedFuture(found);
        }
        List<String> batch = uuids.subList(0, Math.min(atOnce, uuids.size()));
        List<ByteString> keys = batch.stream().flatMap(uuid -> keysOf.apply(uuid).stream()).toList();
        return etcd.commit(Transaction.read(keys, revision)).handle((result, failure) -> {
            if (failure != null) {
                return batch.size() > 1 && EtcdException.of(failure).kind() == EtcdException.Kind.TOO_LARGE
                        ? listSome(uuids, keysOf, batch.size() / 2, revision, found)
                        : CompletableFuture.<List<ServiceRecord>> failedFuture(failure);
            }
            batch.forEach(uuid -> record(uuid, result.found()).ifPresent(found::add));
            return listSome(uuids.subList(batch.size(), uuids.size()), keysOf, atOnce,
                    revision == 0 ? result.revision() : revision, found);
        }).thenCompose(records -> records);
    }

    /** @param revision the one to read at; 0: the newest */
    private CompletableFuture<List<ServiceRecord>> listAll(long revision, boolean lastKnown) {
        return Pages.read(etcd, layout.services().at(revision)).thenCompose(services -> {
            CompletableFuture<Map<ByteString, KeyValue>> ups = byKey(layout.ups(), services.revision());
            CompletableFuture<Map<ByteString, KeyValue>> owners = byKey(layout.owners(), services.revision());
            CompletableFuture<Map<ByteString, KeyValue>> states = byKey(layout.states(), services.revision());
            CompletableFuture<Map<ByteString, KeyValue>> lasts = lastKnown ? byKey(layout.lasts(), services.revision())
                    : CompletableFuture.completedFuture(Map.of());
            return CompletableFuture.allOf(ups, owners, states, lasts).thenApplyAsync(done -> services.entries().stream()
                    .map(service -> {
                        String uuid = KeyLayout.nameIn(layout.services(), service.key());
                        return decoder.decode(service, ups.join().containsKey(layout.up(uuid)),
                                Optional.ofNullable(owners.join().get(layout.owner(uuid))),
                                Optional.ofNullable(states.join().get(layout.state(uuid))))
                                .map(record -> withLast(record, lasts.join().get(layout.last(uuid))));
                    })
                    .flatMap(Optional::stream).toList(), computations);
        });
    }

    private CompletableFuture<Map<ByteString, KeyValue>> byKey(Range range, long revision) {
        return Pages.read(etcd, range.at(revision)).thenApply(pages -> {
            Map<ByteString, KeyValue> byKey = new HashMap<>();
            pages.entries().forEach(entry -> byKey.put(entry.key(), entry));
            return byKey;
        });
    }

    private List<ByteString> keysOfLiveness(String uuid) {
        return List.of(layout.service(uuid), layout.up(uuid));
    }

    private List<ByteString> keys(String uuid) {
        return List.of(layout.service(uuid), layout.up(uuid), layout.owner(uuid), layout.state(uuid));
    }

    private List<ByteString> keysWithLast(String uuid) {
        return Stream.concat(keys(uuid).stream(), Stream.of(layout.last(uuid))).toList();
    }

    /** @param last the key of the last claim; null if there is none, or it was not asked for */
    private ServiceRecord withLast(ServiceRecord record, KeyValue last) {
        return record.owned() || last == null ? record
                : decoder.claim(last).map(Claimed::of).map(claimed -> ServiceRecords.with(claimed, record)).orElse(record);
    }

    private Optional<ServiceRecord> record(String uuid, Map<ByteString, KeyValue> found) {
        return Optional.ofNullable(found.get(layout.service(uuid)))
                .flatMap(service -> decoder.decode(service, found.containsKey(layout.up(uuid)),
                        Optional.ofNullable(found.get(layout.owner(uuid))),
                        Optional.ofNullable(found.get(layout.state(uuid)))))
                .map(record -> withLast(record, found.get(layout.last(uuid))));
    }
}
