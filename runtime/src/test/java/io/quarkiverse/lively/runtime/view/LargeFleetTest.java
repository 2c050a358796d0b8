package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** A fleet that takes many pages to list: {@code -Dlively.fleet.services=100000} for a larger one. */
@NeedsProgram("etcd")
class LargeFleetTest {

    private static final int SERVICES = Integer.getInteger("lively.fleet.services", 20_000);
    private static final int WHAT_GRPC_TAKES_BY_DEFAULT = 4 << 20;
    /** The first and the last one of a list. */
    private static final List<String> ENDS = List.of("a", "z");

    private static final KeyLayout LAYOUT = new KeyLayout("");
    private static EtcdServer server;
    private static Views views;
    private static Etcd etcd;
    private static ServiceReader reader;
    private static LocalView early;

    @BeforeAll
    static void writeFleet() {
        server = EtcdServer.started();
        views = new Views();
        etcd = views.connect(server.url());
        reader = new ServiceReader(etcd, LAYOUT, Runnable::run);
        early = views.readyView(views.connect(server.url()), LAYOUT);
        timed("%,d services were written", () -> {
            write();
            return null;
        });
    }

    @AfterAll
    static void close() throws Exception {
        views.close();
        server.close();
    }

    @Test
    void allAreListedAndFiltered() {
        long bytes = etcd.read(new Range(LAYOUT.service(""), LAYOUT.service("~"), 0, 2 * SERVICES, false)).join().entries()
                .stream().mapToLong(record -> record.key().size() + record.value().size()).sum();
        assertTrue(SERVICES < 100_000 || bytes > WHAT_GRPC_TAKES_BY_DEFAULT, bytes + " bytes");
        Map<String, ServiceRecord> all = timed("%,d services were listed",
                () -> reader.list(ServiceQuery.all()).join()).stream()
                .collect(Collectors.toMap(ServiceRecord::uuid, Function.identity()));
        assertEquals(SERVICES + ENDS.size(), all.size());
        for (int i = 0; i < SERVICES; i++) {
            ServiceRecord found = all.get("u" + i);
            assertEquals("h" + i, found.host());
            assertEquals(isUp(i) ? Liveness.UP : Liveness.DOWN, found.liveness());
        }
        assertEquals(SERVICES / 20, timed("of %,d services one type was listed",
                () -> reader.list(ServiceQuery.ofTypes("t7")).join()).size());
        assertEquals(IntStream.range(0, SERVICES).filter(i -> i % 20 < 2 && isUp(i)).mapToObj(i -> "u" + i).sorted().toList(),
                reader.list(ServiceQuery.ofTypes("t0", "t1").withLiveness(Liveness.UP)).join().stream()
                        .map(ServiceRecord::uuid).toList());
        assertEquals(List.of("u17", "u18"), reader.list(ServiceQuery.ofHosts("h17", "h18")).join().stream()
                .map(ServiceRecord::uuid).toList());
    }

    @Test
    void aListIsOfOneRevisionHoweverManyPagesItTakes() {
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Void> changing = CompletableFuture.runAsync(() -> {
            for (int i = 0; !stop.get(); i++) {
                writeEnds(i % 2 == 0 ? Status.DOWN : Status.UP);
            }
        });
        for (int i = 0; i < 3; i++) {
            List<ServiceRecord> found = reader.list(ServiceQuery.all()).join();
            ServiceRecord first = found.get(0);
            ServiceRecord last = found.get(found.size() - 1);
            assertEquals(ENDS, List.of(first.uuid(), last.uuid()));
            assertEquals(first.revision(), last.revision());
            assertEquals(first.liveness(), last.liveness());
            assertNotEquals(Liveness.EXPIRED, first.liveness(), "the pages of UP are of that revision, too");
        }
        assertFalse(changing.isDone());
        stop.set(true);
        changing.join();
    }

    @Test
    void aViewIsReadyAndFollows() {
        LocalView late = views.view(etcd, LAYOUT);
        timed("a view of %,d services was ready", () -> late.awaitReady().await().atMost(Duration.ofSeconds(60)));
        Views.awaitRevision(early, late.freshness().revision());
        List<ServiceRecord> all = reader.list(ServiceQuery.all()).join();
        for (LocalView view : List.of(early, late)) {
            assertEquals(all, view.list(ServiceQuery.all()));
        }
        for (ServiceQuery query : List.of(ServiceQuery.ofTypes("t7"), ServiceQuery.ofLiveness(Liveness.DOWN),
                ServiceQuery.ofTypes("t1", "t2").withLiveness(Liveness.UP), ServiceQuery.ofHosts("h17", "h18"))) {
            List<ServiceRecord> expected = all.stream().filter(query::matches).toList();
            assertFalse(expected.isEmpty());
            assertEquals(expected, late.list(query), query.toString());
        }
        timed("of %,d services each was asked for twice", () -> {
            for (int i = 0; i < SERVICES; i++) {
                assertEquals(isUp(i), late.isUp("u" + i));
                assertEquals(isUp(i), late.isUp("t" + i % 20, "h" + i));
            }
            return null;
        });
    }

    private static boolean isUp(int service) {
        return service % 5 != 0;
    }

    private static void write() {
        RawFleet fleet = new RawFleet(etcd, LAYOUT);
        ENDS.forEach(fleet::register);
        writeEnds(Status.UP);
        List<CompletableFuture<?>> writing = new ArrayList<>();
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            Service service = RawFleet.service("u" + i, "t" + i % 20, "h" + i, isUp(i) ? Status.UP : Status.DOWN);
            operations.addAll(List.of(fleet.registration(service, 0, "i")));
            if (operations.size() >= 120 || i == SERVICES - 1) {
                writing.add(etcd.commit(new Transaction(List.of(), operations, List.of())));
                operations = new ArrayList<>();
            }
            if (writing.size() == 100) {
                writing.forEach(CompletableFuture::join);
                writing.clear();
            }
        }
        writing.forEach(CompletableFuture::join);
    }

    /** In one transaction. */
    private static void writeEnds(Status status) {
        new RawFleet(etcd, LAYOUT).write(ENDS.stream().flatMap(uuid -> List.<Operation> of(
                new Put(LAYOUT.service(uuid), RawFleet.service(uuid, "type", uuid, status).toByteString(), 0),
                status == Status.UP ? new Put(LAYOUT.up(uuid), ByteString.EMPTY, 0) : new Delete(LAYOUT.up(uuid))).stream())
                .toArray(Operation[]::new));
    }

    private static <T> T timed(String what, Supplier<T> act) {
        long started = System.nanoTime();
        T result = act.get();
        System.out.printf(what + " in %d ms%n", SERVICES, (System.nanoTime() - started) / 1_000_000);
        return result;
    }
}
