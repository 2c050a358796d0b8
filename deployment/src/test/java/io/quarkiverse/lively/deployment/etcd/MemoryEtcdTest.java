package io.quarkiverse.lively.deployment.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;

/** What a comparison with a real etcd cannot show: time, the end, and what the embedded one does not do. */
class MemoryEtcdTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("key");

    /** Of 100 kB each: far more than is under way at a time. */
    private static final int MANY = 200;

    private MemoryEtcd etcd;
    private RawEtcd client;

    @BeforeEach
    void start() throws IOException {
        etcd = MemoryEtcd.started(0);
        client = new RawEtcd(etcd.port());
    }

    @AfterEach
    void end() {
        client.close();
        etcd.close();
    }

    @Test
    void aLeaseExpiresWithAllItsKeysInOneRevision() {
        long start = System.nanoTime();
        long lease = client.lease().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(2).build()).getID();
        client.watch(WatchRequest.newBuilder().setCreateRequest(WatchCreateRequest.newBuilder().setStartRevision(4)
                .setKey(KEY).setRangeEnd(KeyRange.ZERO)).build());
        put(KEY, lease);
        put(KEY.concat(KEY), lease);

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> watched().size() == 3);

        Duration lived = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(lived.compareTo(Duration.ofSeconds(2)) > 0 && lived.compareTo(Duration.ofSeconds(10)) < 0,
                lived.toString());
        assertEquals(List.of("type: DELETE\nkv {\n  key: \"key\"\n  mod_revision: 4\n}\n",
                "type: DELETE\nkv {\n  key: \"keykey\"\n  mod_revision: 4\n}\n"), watched().subList(1, 3));
        assertEquals(0, client.keepAlive(lease).getTTL());
        assertEquals(-1, client.lease().leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build()).getTTL());
    }

    @Test
    void aLeaseThatIsRenewedLives() throws InterruptedException {
        long lease = client.lease().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(4).build()).getID();
        put(KEY, lease);

        for (int i = 0; i < 12; i++) {
            Thread.sleep(500);
            assertEquals(4, client.keepAlive(lease).getTTL());
        }

        assertEquals(1, client.kv().range(RangeRequest.newBuilder().setKey(KEY).build()).getCount());
    }

    @Test
    void aSlowWatcherIsToldEverythingOnceItReads() throws InterruptedException {
        SlowWatcher slow = new SlowWatcher(client.channel(), KEY);
        for (int i = 0; i < MANY; i++) {
            putLarge();
        }
        for (int i = 0; i < MANY; i++) {
            WatchResponse told = slow.read();
            assertEquals(i + 2, told.getHeader().getRevision());
            assertEquals(i + 2, told.getEvents(0).getKv().getModRevision());
        }
        slow.close();
    }

    /** So nothing is kept for it but the history: what is forgotten there, it is not told either. */
    @Test
    void aWatcherThatIsTooSlowForACompactionIsCanceled() throws InterruptedException {
        SlowWatcher slow = new SlowWatcher(client.channel(), KEY);
        for (int i = 0; i < MANY; i++) {
            putLarge();
        }
        client.kv().compact(CompactionRequest.newBuilder().setRevision(MANY).build());
        int told = 0;
        WatchResponse last = slow.read();
        while (!last.getCanceled()) {
            told++;
            last = slow.read();
        }
        assertEquals(MANY, last.getCompactRevision());
        assertTrue(told < MANY / 4, "told of " + told + " revisions before");
        slow.close();
    }

    @Test
    void whatItDoesNotDoItSays() {
        assertEquals("UNIMPLEMENTED: Method not found: etcdserverpb.Cluster/MemberList", RawEtcd
                .told(() -> ClusterGrpc.newBlockingStub(client.channel()).memberList(MemberListRequest.getDefaultInstance())));
        TxnRequest inner = TxnRequest.getDefaultInstance();
        assertEquals("UNIMPLEMENTED: etcdserver: transactions inside of transactions are not embedded", RawEtcd
                .told(() -> client.kv().txn(TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestTxn(inner))
                        .build())));
    }

    @Test
    void onThePortThatIsGiven() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (MemoryEtcd given = MemoryEtcd.started(port)) {
            assertEquals(port, given.port());
            assertThrows(IOException.class, () -> MemoryEtcd.started(port), "taken");
        }
    }

    /** Also while there are clients with open streams. */
    @Test
    void leavesNoThreadAndNoPort() throws IOException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 100; i++) {
            MemoryEtcd one = MemoryEtcd.started(0);
            int port = one.port();
            if (i % 10 == 0) {
                try (RawEtcd client = new RawEtcd(port)) {
                    client.keepAlive(1);
                    one.close();
                }
            }
            one.close();
            assertThrows(IOException.class, () -> new Socket("127.0.0.1", port).close());
        }
        // The last one has said that it ends.
        Awaitility.await().atMost(Duration.ofSeconds(1)).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("embedded-etcd") && !before.contains(thread)));
    }

    private void put(ByteString key, long lease) {
        client.kv().put(PutRequest.newBuilder().setKey(key).setLease(lease).build());
    }

    private void putLarge() {
        client.kv().put(PutRequest.newBuilder().setKey(KEY).setValue(ByteString.copyFrom(new byte[100_000])).build());
    }

    private List<String> watched() {
        return client.watched().getOrDefault(0L, List.of());
    }
}
