package io.quarkiverse.lively.runtime.store;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.EtcdServer;

/**
 * A real etcd, and what others than Lively write to it. As a static extension it is opened before the first test, emptied after
 * each, and closed after the last.
 */
final class RealStore implements AutoCloseable, BeforeAllCallback, AfterAllCallback, AfterEachCallback {

    final KeyLayout layout = new KeyLayout("");
    EtcdServer server;
    EtcdConnection etcd;

    /** One that is no extension. */
    static RealStore opened() {
        RealStore store = new RealStore();
        store.open();
        return store;
    }

    void put(ByteString key, ByteString value) {
        put(key, value, 0);
    }

    void put(ByteString key, ByteString value, long lease) {
        write(List.of(new Transaction.Put(key, value, lease)));
    }

    void delete(ByteString key) {
        write(List.of(new Transaction.Delete(key)));
    }

    /** As os-lively registers a service, or takes it down: the bare region key, DOWN under a lease, no word on who says so. */
    void byOsLively(Service service) {
        long lease = etcd.grantLease(Duration.ofSeconds(60)).join().id();
        String uuid = service.getUuid();
        boolean up = service.getStatus() == Status.UP;
        List<Transaction.Operation> writes = new ArrayList<>(List.of(
                new Transaction.Put(layout.service(uuid), service.toByteString(), 0),
                new Transaction.Put(up ? layout.up(uuid) : layout.down(uuid), ByteString.EMPTY, lease),
                new Transaction.Delete(up ? layout.down(uuid) : layout.up(uuid)),
                new Transaction.Put(layout.typeHost(service.getType(), service.getHost()), ByteString.copyFromUtf8(uuid), 0),
                new Transaction.Put(ByteString.copyFromUtf8("/services/by-region/" + service.getRegion()), ByteString.EMPTY,
                        0)));
        write(writes);
    }

    /**
     * As os-lively updates a service: nothing if no field changes; otherwise what changes, if the record is as it was read.
     *
     * @return whether it wrote
     */
    boolean updateByOsLively(Service service) {
        String uuid = service.getUuid();
        Entry<Service> read = Entry.parse(etcd.commit(Transaction.read(List.of(layout.service(uuid)))).join()
                .get(layout.service(uuid)), Service.parser());
        Service existing = read.value().orElseThrow();
        if (existing.equals(service)) {
            return false;
        }
        List<Transaction.Operation> writes = new ArrayList<>(
                List.of(new Transaction.Put(layout.service(uuid), service.toByteString(), 0)));
        if (existing.getStatus() != service.getStatus()) {
            boolean up = service.getStatus() == Status.UP;
            long lease = etcd.grantLease(Duration.ofSeconds(60)).join().id();
            writes.add(new Transaction.Delete(up ? layout.down(uuid) : layout.up(uuid)));
            writes.add(new Transaction.Put(up ? layout.up(uuid) : layout.down(uuid), ByteString.EMPTY, lease));
        }
        return etcd.commit(new Transaction(
                List.of(new Transaction.ModRevisionIs(layout.service(uuid), read.modRevision())), writes, List.of())).join()
                .succeeded();
    }

    void empty() {
        server.keys().delete("/");
    }

    long revision() {
        return etcd.commit(Transaction.read(List.of(layout.service("none")))).join().revision();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        open();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        empty();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (server != null) {
            close();
        }
    }

    @Override
    public void close() {
        etcd.close();
        server.close();
    }

    private void open() {
        server = EtcdServer.started();
        etcd = new EtcdConnection(new EtcdSettings(List.of(URI.create(server.url())), Duration.ofSeconds(5),
                Duration.ofSeconds(5), Duration.ofSeconds(2)), new SystemPlatform());
    }

    private void write(List<Transaction.Operation> writes) {
        etcd.commit(new Transaction(List.of(), writes, List.of())).join();
    }
}
