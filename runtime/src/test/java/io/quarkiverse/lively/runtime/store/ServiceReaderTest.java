package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.ForwardingEtcd;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.store.proto.Transition;

/** What others left in etcd is read as it is meant, and what cannot be read harms nobody. */
class ServiceReaderTest {

    @RegisterExtension
    private static final RealStore store = new RealStore();

    private final KeyLayout layout = new KeyLayout("");
    private final ServiceReader reader = new ServiceReader(store.etcd, layout, Runnable::run);

    @Test
    void upNeedsTheRecordAndItsEntry() {
        put(layout.service("u"), service("u", Status.UP).toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        assertTrue(reader.isUp("u").join());
        assertEquals(Liveness.UP, find("u").liveness());
    }

    @Test
    void aRecordThatIsUpWithoutItsEntryHasExpired() {
        put(layout.service("u"), service("u", Status.UP).toByteString());
        assertFalse(reader.isUp("u").join());
        assertEquals(Liveness.EXPIRED, find("u").liveness());
        assertEquals(Reason.EXPIRED, find("u").reason());
    }

    @Test
    void aRecordThatIsDownIsDownWhateverTheEntriesSay() {
        put(layout.service("u"), service("u", Status.DOWN).toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        assertFalse(reader.isUp("u").join());
        assertEquals(Liveness.DOWN, find("u").liveness());
    }

    @Test
    void anEntryWithoutARecordIsNoService() {
        put(layout.up("u"), ByteString.EMPTY);
        assertFalse(reader.isUp("u").join());
        assertEquals(Optional.empty(), reader.find("u").join());
        assertEquals(List.of(), list(ServiceQuery.all()));
    }

    @Test
    void whatTheOwnerSaysOfItselfIsPartOfTheRecord() {
        put(layout.service("u"), service("u", Status.UP).toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        put(layout.owner("u"), Claim.newBuilder().setAddress("10.0.0.1").setPort(8443).setSecure(true)
                .putMetadata("zone", "a").build().toByteString());
        put(layout.state("u"), State.newBuilder().setReasonValue(1).setSince(1_000).build().toByteString());
        for (ServiceRecord service : List.of(find("u"), list(ServiceQuery.all()).get(0))) {
            assertEquals(Optional.of(new Endpoint("10.0.0.1", 8443, true)), service.endpoint());
            assertEquals("a", service.metadata().get("zone"));
            assertEquals(Reason.REGISTERED, service.reason());
            assertEquals(Optional.of(Instant.ofEpochSecond(1)), service.since());
        }
    }

    @Test
    void aStateThatIsOlderThanTheRecordSaysNothing() {
        put(layout.state("u"), State.newBuilder().setReasonValue(1).setSince(1_000).build().toByteString());
        put(layout.service("u"), service("u", Status.DOWN).toByteString());
        assertEquals(Reason.UNKNOWN, find("u").reason());
        assertEquals(Optional.empty(), find("u").since());
    }

    @Test
    void anEmptyRegionReadsAsTheDefaultOne() {
        put(layout.service("u"), service("u", Status.UP).toBuilder().clearRegion().build().toByteString());
        assertEquals("default", find("u").region());
        assertEquals(1, list(ServiceQuery.ofRegions("default")).size());
    }

    @Test
    void maintenanceIsInSecondsAndUnsigned() {
        put(layout.service("u"), service("u", Status.DOWN).toBuilder().setMaintenanceNote("disk").setMaintenanceStart(60)
                .setMaintenanceEnd(-1).build().toByteString());
        assertEquals(Optional.of(new Maintenance("disk", Optional.of(Instant.ofEpochSecond(60)), Optional.of(Instant.MAX))),
                find("u").maintenance());
    }

    @Test
    void aStatusThatIsUnknownIsNotUp() {
        put(layout.service("u"), service("u", Status.UP).toBuilder().setStatusValue(7).build().toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        assertFalse(reader.isUp("u").join());
    }

    @Test
    void whatCannotBeReadIsSkipped() {
        put(layout.service("garbage"), ByteString.copyFromUtf8("\u0001garbage"));
        put(layout.service("alias"), service("other", Status.UP).toByteString());
        put(layout.service("empty"), ByteString.EMPTY);
        put(ByteString.copyFromUtf8("/services/by-uuid/").concat(ByteString.copyFrom(new byte[] { (byte) 0xff })),
                service("\ufffd", Status.UP).toByteString());
        put(layout.service("u"), service("u", Status.UP).toByteString());
        assertEquals(List.of("u"), list(ServiceQuery.all()).stream().map(ServiceRecord::uuid).toList());
        assertEquals(Optional.empty(), reader.find("garbage").join());
        assertFalse(reader.isUp("alias").join());
    }

    @Test
    void typeAndHostLeadToTheRecordOnlyIfItAgrees() {
        put(layout.service("u"), service("u", Status.UP).toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        assertEquals(Optional.empty(), reader.find("type", "host").join());
        put(layout.typeHost("type", "host"), ByteString.copyFromUtf8("u"));
        assertEquals("u", reader.find("type", "host").join().orElseThrow().uuid());
        put(layout.typeHost("type", "stolen"), ByteString.copyFromUtf8("u"));
        assertEquals(Optional.empty(), reader.find("type", "stolen").join());
        for (String garbage : List.of("", "nobody", "a/b", "\u0000")) {
            put(layout.typeHost("type", "garbage"), ByteString.copyFromUtf8(garbage));
            assertEquals(Optional.empty(), reader.find("type", "garbage").join(), "'" + garbage + "'");
        }
    }

    @Test
    void aServiceWhoseUuidFollowsFromItsNameIsFoundAtOnceAndWithoutItsEntryToo() {
        String uuid = layout.uuidOf("type", "host");
        put(layout.service(uuid), service(uuid, Status.UP).toByteString());
        put(layout.up(uuid), ByteString.EMPTY);
        CountedEtcd counted = new CountedEtcd();
        ServiceReader counting = new ServiceReader(counted.etcd, layout, Runnable::run);
        assertTrue(counting.isUp("type", "host").join());
        put(layout.typeHost("type", "host"), ByteString.copyFromUtf8(uuid));
        assertTrue(counting.isUp("type", "host").join());
        assertEquals(2, counted.commits.get());
        put(layout.typeHost("type", "host"), ByteString.copyFromUtf8("thief"));
        assertTrue(counting.isUp("type", "host").join(), "stolen by one that has not this name");
        put(layout.service("thief"), service("thief", Status.DOWN).toByteString());
        assertFalse(counting.isUp("type", "host").join(), "the entry decides between two of one name");
    }

    @Test
    void aNameThatLedToAnotherUuidNeedsOneRequestFromThenOn() {
        put(layout.service("u"), service("u", Status.UP).toByteString());
        put(layout.typeHost("type", "host"), ByteString.copyFromUtf8("u"));
        CountedEtcd counted = new CountedEtcd();
        ServiceReader counting = new ServiceReader(counted.etcd, layout, Runnable::run);
        assertEquals("u", counting.find("type", "host").join().orElseThrow().uuid());
        assertEquals(2, counted.commits.get());
        assertEquals("u", counting.find("type", "host").join().orElseThrow().uuid());
        assertEquals(3, counted.commits.get());
        put(layout.service("v"), service("v", Status.UP).toByteString());
        put(layout.typeHost("type", "host"), ByteString.copyFromUtf8("v"));
        assertEquals("v", counting.find("type", "host").join().orElseThrow().uuid());
        assertEquals(5, counted.commits.get());
    }

    @Test
    void whatANameLedToOnceDoesNotHideWhoHasItNow() {
        store.byOsLively(service("u", Status.UP));
        assertEquals("u", reader.find("type", "host").join().orElseThrow().uuid());
        store.delete(layout.service("u"));
        store.delete(layout.typeHost("type", "host"));
        String derived = layout.uuidOf("type", "host");
        put(layout.service(derived), service(derived, Status.UP).toByteString());
        assertEquals(derived,
                new ServiceReader(store.etcd, layout, Runnable::run).find("type", "host").join().orElseThrow().uuid());
        assertEquals(derived, reader.find("type", "host").join().orElseThrow().uuid());
    }

    /** Both go by the same uuid that the name led to before. */
    @Test
    void twoQuestionsAtOnceFindWhoHasTheNameNow() {
        store.byOsLively(service("u", Status.UP));
        assertEquals("u", reader.find("type", "host").join().orElseThrow().uuid());
        store.delete(layout.service("u"));
        store.delete(layout.typeHost("type", "host"));
        String derived = layout.uuidOf("type", "host");
        put(layout.service(derived), service(derived, Status.UP).toByteString());
        List<CompletableFuture<Optional<ServiceRecord>>> answers = List.of(reader.find("type", "host"),
                reader.find("type", "host"));
        answers.forEach(answer -> assertEquals(derived, answer.join().orElseThrow().uuid()));
    }

    /** The name passes from one service to the other between the two requests that an answer needs. */
    @Test
    void anAnswerIsOfOneRevision() {
        String derived = layout.uuidOf("type", "host");
        put(layout.service(derived), service(derived, Status.DOWN).toByteString());
        put(layout.service("u"), service("u", Status.UP).toByteString());
        put(layout.typeHost("type", "host"), ByteString.copyFromUtf8("u"));
        AtomicInteger commits = new AtomicInteger();
        ServiceReader interrupted = new ServiceReader(new ForwardingEtcd(store.etcd) {
            @Override
            public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
                if (commits.incrementAndGet() != 2) {
                    return super.commit(transaction);
                }
                return CompletableFuture.runAsync(() -> {
                    store.delete(layout.service("u"));
                    put(layout.service(derived), service(derived, Status.UP).toByteString());
                    put(layout.typeHost("type", "host"), ByteString.copyFromUtf8(derived));
                }).thenCompose(done -> super.commit(transaction));
            }
        }, layout, Runnable::run);
        assertEquals("u", interrupted.find("type", "host").join().orElseThrow().uuid());
    }

    @Test
    void theHistoryIsTheNewestFirstAndGarbageIsNone() {
        put(layout.service("u"), service("u", Status.UP).toByteString());
        assertEquals(List.of(), reader.history("u").join());
        put(layout.history("u"), History.newBuilder()
                .addTransitions(Transition.newBuilder().setSince(1_000).setReasonValue(1).setBy("a"))
                .addTransitions(Transition.newBuilder().setSince(2_000).setStatus(Status.DOWN).setReasonValue(6).setBy("b"))
                .build().toByteString());
        assertEquals(List.of(
                new io.quarkiverse.lively.Transition(Instant.ofEpochSecond(2), io.quarkiverse.lively.Status.DOWN,
                        Reason.OPERATOR, "b", Optional.empty()),
                new io.quarkiverse.lively.Transition(Instant.ofEpochSecond(1), io.quarkiverse.lively.Status.UP,
                        Reason.REGISTERED, "a", Optional.empty())),
                reader.history("u").join());
        put(layout.history("u"), ByteString.copyFromUtf8("\u0001garbage"));
        assertEquals(List.of(), reader.history("u").join());
    }

    @Test
    void livenessIsEmptyForWhatIsNotKnown() {
        assertEquals(Optional.empty(), reader.liveness("u").join());
        put(layout.service("u"), service("u", Status.UP).toByteString());
        assertEquals(Optional.of(Liveness.EXPIRED), reader.liveness("u").join());
    }

    /** The real etcd, and how many transactions and pages it was asked for. */
    private static final class CountedEtcd {

        final AtomicInteger commits = new AtomicInteger();
        final AtomicInteger reads = new AtomicInteger();
        final Etcd etcd = (Etcd) Proxy.newProxyInstance(Etcd.class.getClassLoader(), new Class<?>[] { Etcd.class },
                (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        commits.incrementAndGet();
                    } else if (method.getName().equals("read")) {
                        reads.incrementAndGet();
                    }
                    return method.invoke(store.etcd, arguments);
                });
    }

    @Test
    void aListOfManyIsCompleteAndSoIsOneOfMoreUuidsThanATransactionTakes() {
        List<String> uuids = IntStream.range(0, 2_500).mapToObj(i -> String.format("u%04d", i)).toList();
        uuids.stream().map(uuid -> store.etcd.commit(new Transaction(List.of(),
                List.of(new Put(layout.service(uuid), service(uuid, Status.UP).toByteString(), 0),
                        new Put(layout.up(uuid), ByteString.EMPTY, 0)),
                List.of()))).toList().forEach(CompletableFuture::join);
        assertEquals(uuids, list(ServiceQuery.all()).stream().map(ServiceRecord::uuid).toList());
        assertEquals(2_500, list(ServiceQuery.ofLiveness(Liveness.UP)).size());
        assertEquals(0, list(ServiceQuery.ofLiveness(Liveness.DOWN, Liveness.EXPIRED)).size());

        List<String> some = Stream.concat(uuids.subList(100, 200).stream(), Stream.of("nobody")).toList();
        assertEquals(uuids.subList(100, 200), list(ServiceQuery.ofUuids(some.toArray(String[]::new))).stream()
                .map(ServiceRecord::uuid).toList());
    }

    @Test
    void aPageMayBeLargerThanWhatGrpcTakesByDefault() {
        String note = "x".repeat(5_000);
        int services = 1_500;
        for (int i = 0; i < services; i += 100) {
            store.etcd.commit(new Transaction(List.of(), IntStream.range(i, i + 100)
                    .mapToObj(n -> String.format("u%04d", n)).<Transaction.Operation> map(uuid -> new Put(layout.service(uuid),
                            service(uuid, Status.DOWN).toBuilder()
                                    .setMaintenanceNote(note).build().toByteString(),
                            0))
                    .toList(), List.of())).join();
        }
        List<ServiceRecord> found = list(ServiceQuery.ofLiveness(Liveness.DOWN));
        assertEquals(services, found.size());
        assertEquals(note, found.get(services - 1).maintenance().orElseThrow().note());
    }

    /** A service may have up to five megabytes, and an answer sixty-four. */
    @Test
    void anAnswerThatIsTooLargeIsAskedForInHalves() {
        List<String> uuids = IntStream.range(0, 70).mapToObj(i -> String.format("u%04d", i)).toList();
        uuids.forEach(uuid -> put(layout.service(uuid), service(uuid, Status.UP).toByteString()));
        List<Integer> asked = new ArrayList<>();
        Etcd narrow = (Etcd) Proxy.newProxyInstance(Etcd.class.getClassLoader(), new Class<?>[] { Etcd.class },
                (proxy, method, arguments) -> {
                    int keys = ((Transaction) arguments[0]).then().size();
                    asked.add(keys / 4);
                    return keys > 40 ? CompletableFuture.failedFuture(
                            new EtcdException(EtcdException.Kind.TOO_LARGE, "larger than max", null))
                            : method.invoke(store.etcd, arguments);
                });
        List<ServiceRecord> found = new ServiceReader(narrow, layout, Runnable::run)
                .list(ServiceQuery.ofUuids(uuids.toArray(String[]::new))).join();
        assertEquals(uuids, found.stream().map(ServiceRecord::uuid).toList());
        assertEquals(List.of(32, 16, 8, 8, 8, 8, 8, 8, 8, 8, 6), asked, "each later one is no larger than what went through");
    }

    @Test
    void allFiltersMustAgree() {
        put(layout.service("a"), service("a", Status.UP).toByteString());
        put(layout.service("b"), service("b", Status.DOWN).toBuilder().setType("other").build().toByteString());
        assertEquals(2, list(ServiceQuery.ofTypes("type", "other")).size());
        assertEquals(1, list(ServiceQuery.ofTypes("type", "other").withLiveness(Liveness.DOWN)).size());
        assertEquals(0, list(ServiceQuery.ofTypes("type").withLiveness(Liveness.DOWN)).size());
        assertEquals(1, list(ServiceQuery.ofUuids("a", "b").withTypes("type")).size());
        assertEquals(0, list(ServiceQuery.ofHosts("nowhere")).size());
    }

    private ServiceRecord find(String uuid) {
        return reader.find(uuid).join().orElseThrow();
    }

    private List<ServiceRecord> list(ServiceQuery query) {
        return reader.list(query).join();
    }

    private static Service service(String uuid, Status status) {
        return Service.newBuilder().setUuid(uuid).setType("type").setHost("host").setRegion("region").setStatus(status).build();
    }

    private static void put(ByteString key, ByteString value) {
        store.etcd.commit(new Transaction(List.of(), List.of(new Put(key, value, 0)), List.of())).join();
    }

    @Test
    void whoLostItsEntryToAThiefIsFoundAllTheSame() {
        put(layout.service("u"), service("u", Status.UP).toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        for (String thief : List.of("nobody", "a/b", "thief")) {
            put(layout.service("thief"), service("thief", Status.UP).toBuilder().setHost("elsewhere").build().toByteString());
            put(layout.typeHost("type", "host"), ByteString.copyFromUtf8(thief));
            assertTrue(reader.isUp("type", "host").join(), thief);
        }
    }

    @Test
    void whoLostItsEntryToAThiefIsSearchedForOnce() {
        put(layout.service("u"), service("u", Status.UP).toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        CountedEtcd counted = new CountedEtcd();
        ServiceReader counting = new ServiceReader(counted.etcd, layout, Runnable::run);
        for (String thief : List.of("a/b", "nobody")) {
            put(layout.typeHost("type", "host"), ByteString.copyFromUtf8(thief));
            assertTrue(counting.isUp("type", "host").join(), thief);
        }
        assertEquals(5, counted.reads.get(), "one list, with the last known claims");
        assertEquals(3, counted.commits.get());
    }

    @Test
    void whatIsSkippedIsCounted() {
        put(layout.service("garbage"), ByteString.copyFromUtf8("\u0001garbage"));
        long before = layout.skipped().count();
        list(ServiceQuery.all());
        list(ServiceQuery.all());
        assertEquals(before + 2, layout.skipped().count());
    }
}
