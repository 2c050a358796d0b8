package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.NeedsProgram;

/** Registries of different namespaces see nothing of each other, however alike their names are. */
@NeedsProgram("etcd")
@Execution(ExecutionMode.CONCURRENT)
class NamespacesTest {

    private static final List<String> NAMESPACES = List.of("", "a", "ab", "a/", "a//", "a/b", "A", "..", "../", "../a", "a/..",
            ".", "%", "%2e%2e", "a%2fb", "a b", "ä", "a\u0308", "服务", "🙂", "\u202ea", "services", "services/a", "a/services",
            "by-uuid", "services/by", "history", "*", "a\"b", "$(a)");

    private final EtcdServer server = EtcdServer.started();
    private final Views views = new Views();
    private final EtcdConnection etcd = views.connect(server.url());

    @AfterEach
    void close() throws Exception {
        views.close();
        server.close();
    }

    /** One registry, with what it is asked and told by. */
    private final class Registry {

        private final KeyLayout layout;
        private final ServiceReader reader;
        private final ServiceWriter writer;
        private final ServiceUpdater updater;
        private final LocalView view;
        private final List<LivenessEvent> events;
        /** Where its services are: nobody else's are there. */
        private final String region;

        Registry(String namespace, int number) {
            layout = new KeyLayout(namespace);
            reader = new ServiceReader(etcd, layout, Runnable::run);
            writer = new ServiceWriter(etcd, layout, new SystemPlatform(), "test");
            updater = new ServiceUpdater(etcd, layout, Duration.ofSeconds(60), writer);
            view = views.readyView(etcd, layout);
            events = Views.record(view, ServiceQuery.all());
            region = "r" + number;
        }

        /** The same uuid, type and host in all of them, and a derived uuid. */
        void publish() {
            updater.update(ServiceDefinition.of("t", "h").withUuid("u").withRegion(region), 0).join();
            updater.update(ServiceDefinition.of("t", "h2").withRegion(region), 0).join();
        }

        void assertSeesOnlyItsOwn() {
            assertEquals(List.of(region, region),
                    reader.list(ServiceQuery.all()).join().stream().map(ServiceRecord::region).toList(), layout.namespace());
            assertEquals(region, reader.find("u").join().orElseThrow().region());
            assertEquals(region, reader.find("t", "h").join().orElseThrow().region());
            Views.eventually("the view of " + layout.namespace() + " has both",
                    () -> view.list(ServiceQuery.all()).size() == 2);
            assertEquals(reader.list(ServiceQuery.all()).join(), view.list(ServiceQuery.all()));
            assertEquals(region, view.find("t", "h").orElseThrow().region());
            assertTrue(events.stream().flatMap(event -> Events.current(event).stream())
                    .allMatch(service -> service.region().equals(region)), events.toString());
        }
    }

    @Test
    void theySeeNothingOfEachOther() {
        List<Registry> registries = new ArrayList<>();
        for (int i = 0; i < NAMESPACES.size(); i++) {
            registries.add(new Registry(NAMESPACES.get(i), i));
        }
        registries.forEach(Registry::publish);
        registries.forEach(Registry::assertSeesOnlyItsOwn);
        assertEquals(NAMESPACES.size(),
                registries.stream().map(registry -> registry.layout.uuidOf("t", "h2")).distinct().count(),
                "derived uuids differ");

        Registry operated = registries.get(NAMESPACES.indexOf("a"));
        operated.writer.down("u", Maintenance.of("disk")).join();
        operated.writer.delete("u").join();
        Views.eventually("its view hears of it", () -> operated.view.find("u").isEmpty());
        assertEquals(Optional.empty(), operated.reader.find("t", "h").join());
        long revision = etcd.commit(Transaction.read(List.of(operated.layout.service("u"))))
                .join().revision();
        for (Registry other : registries) {
            if (other != operated) {
                other.assertSeesOnlyItsOwn();
                other.view.awaitRevision(revision).await().atMost(Duration.ofSeconds(20));
                assertEquals(List.of("ADDED", "ADDED"),
                        Events.kinds(Views.changes(other.events)), other.layout.namespace());
            }
        }
        assertEquals(List.of("ADDED", "ADDED", "CHANGED", "REMOVED"),
                Events.kinds(Views.changes(operated.events)));
    }
}
