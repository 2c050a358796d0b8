package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.test.EtcdServer;

class LargeFleetTest {

    private static final int SERVICES = 20_000;

    @Test
    void twentyThousandServicesAreListedFilteredAndViewed() throws Exception {
        KeyLayout layout = new KeyLayout("");
        try (EtcdServer server = EtcdServer.started(); Views views = new Views()) {
            EtcdConnection etcd = views.connect(server.url());
            RawFleet fleet = new RawFleet(etcd, layout);
            LocalView early = views.readyView(views.connect(server.url()), layout);
            long started = System.nanoTime();
            write(etcd, fleet);
            long last = fleet.register("last");
            System.out.printf("20,000 services written in %d ms%n", (System.nanoTime() - started) / 1_000_000);

            started = System.nanoTime();
            LocalView late = views.readyView(etcd, layout);
            System.out.printf("a view of 20,000 services was ready after %d ms%n", (System.nanoTime() - started) / 1_000_000);
            Views.awaitRevision(early, last);
            ServiceReader reader = new ServiceReader(etcd, layout);
            List<ServiceRecord> all = reader.list(ServiceQuery.all()).join();
            assertEquals(SERVICES + 1, all.size());
            for (LocalView view : List.of(early, late)) {
                assertEquals(all, view.list(ServiceQuery.all()));
            }
            for (ServiceQuery query : List.of(ServiceQuery.types("t7"), ServiceQuery.liveness(Liveness.DOWN),
                    ServiceQuery.types("t1", "t2").withLiveness(Liveness.UP), ServiceQuery.hosts("h17", "h18"))) {
                List<ServiceRecord> expected = all.stream().filter(query::matches).toList();
                assertTrue(!expected.isEmpty());
                assertEquals(expected, late.list(query), query.toString());
            }
            ServiceQuery some = ServiceQuery.types("t1", "t2").withLiveness(Liveness.UP);
            assertEquals(late.list(some), reader.list(some).join());
            long asked = System.nanoTime();
            for (int i = 0; i < SERVICES; i++) {
                assertEquals(i % 5 != 0, late.isUp("u" + i));
                assertEquals(i % 5 != 0, late.isUp("t" + i % 20, "h" + i));
            }
            System.out.printf("40,000 isUp in %d us%n", (System.nanoTime() - asked) / 1_000);
        }
    }

    private static void write(EtcdConnection etcd, RawFleet fleet) {
        List<CompletableFuture<?>> writing = new ArrayList<>();
        List<Transaction.Operation> operations = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            Service service = RawFleet.service("u" + i, "t" + i % 20, "h" + i, i % 5 == 0 ? Status.DOWN : Status.UP);
            operations.addAll(List.of(fleet.registration(service, 0, "i")));
            if (operations.size() >= 70) {
                writing.add(etcd.commit(new Transaction(List.of(), operations, List.of())));
                operations = new ArrayList<>();
            }
            if (writing.size() == 200) {
                writing.forEach(CompletableFuture::join);
                writing.clear();
            }
        }
        writing.forEach(CompletableFuture::join);
    }
}
