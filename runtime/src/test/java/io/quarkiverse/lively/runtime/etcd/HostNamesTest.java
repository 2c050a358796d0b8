package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/**
 * All addresses of all names are tried, names are looked up again after an outage, and a name server that does not answer
 * delays nothing. The names are those of a table.
 */
@NeedsProgram("etcd")
class HostNamesTest {

    private static final Transaction READ = Transaction.read(List.of(ByteString.copyFromUtf8("/key")));
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final String NEVER = "never.test";
    private static final String SLOW = "slow.test";

    private static EtcdServer etcd;

    private final Map<String, List<String>> table = new ConcurrentHashMap<>();
    private final Queue<String> lookedUp = new ConcurrentLinkedQueue<>();
    private final Queue<String> threads = new ConcurrentLinkedQueue<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final HostNames names = new HostNames(this::addresses);

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
    }

    @AfterAll
    static void stop() {
        etcd.close();
    }

    @AfterEach
    void endLookUps() {
        end.countDown();
    }

    @Test
    void aNameThatIsNeverResolvedDelaysNoOtherMember() {
        table.put("good.test", List.of("127.0.0.1"));
        for (String good : List.of("127.0.0.1", "good.test")) {
            for (List<String> order : List.of(List.of(NEVER, good), List.of(good, NEVER))) {
                try (EtcdClient client = client(order)) {
                    long asked = System.nanoTime();
                    assertTrue(client.commit(READ).join().succeeded());
                    System.out.printf("%s answered after %d ms (promised: %d ms)%n", order,
                            (System.nanoTime() - asked) / 1_000_000, TIMEOUT.toMillis());
                }
            }
        }
        assertEquals(1, lookedUp.stream().filter(NEVER::equals).count(), "one thread for all clients is blocked");
        assertTrue(threads.stream().noneMatch(thread -> thread.contains("vert.x")), threads::toString);
    }

    /** A thread that cannot be made, for example. */
    @Test
    void aLookUpThatCouldNotBeginIsTriedAgain() {
        table.put("etcd.test", List.of("127.0.0.1"));
        CompletableFuture<List<InetAddress>> first = names.addresses("etcd.test", task -> {
            throw new RejectedExecutionException("no thread");
        });
        assertTrue(first.isCompletedExceptionally());
        assertEquals(List.of(address("127.0.0.1")), names.addresses("etcd.test", Runnable::run).join());
    }

    @Test
    void allAddressesOfANameAreTried() {
        table.put("etcd.test", List.of("127.0.0.2", "127.0.0.3", "127.0.0.1"));
        try (EtcdClient client = client(List.of("etcd.test"))) {
            assertTrue(client.commit(READ).join().succeeded());
        }
    }

    /** An IP address needs no look-up, but waits a moment for the names before it. */
    @Test
    void aNameDoesNotLoseItsTurnBecauseItIsLookedUp() {
        table.put(SLOW, List.of("127.0.0.3"));
        try (CutProxy named = new CutProxy("127.0.0.3", 0, etcd.port());
                CutProxy other = new CutProxy(etcd.port());
                EtcdClient client = new EtcdClient(settings(List.of("http://" + SLOW + ":" + named.port(), other.url())), names,
                        Optional.empty(), member -> {
                        })) {
            assertTrue(client.commit(READ).join().succeeded());
            assertEquals(List.of(true, false), List.of(named.isInUse(), other.isInUse()));
        }
    }

    @Test
    void aNameIsLookedUpAgainAfterTheConnectionWasLost() {
        table.put("etcd.test", List.of("127.0.0.2"));
        CutProxy former = new CutProxy("127.0.0.2", 0, etcd.port());
        try (EtcdClient client = new EtcdClient(settings(List.of("http://etcd.test:" + former.port())), names, Optional.empty(),
                member -> {
                })) {
            assertTrue(client.commit(READ).join().succeeded());
            table.put("etcd.test", List.of("127.0.0.3"));
            try (CutProxy moved = new CutProxy("127.0.0.3", former.port(), etcd.port())) {
                former.close();
                Awaitility.await("the new address").ignoreExceptions().until(() -> client.commit(READ).join().succeeded());
                assertTrue(moved.isInUse());
            }
        }
    }

    @Test
    void aNameThatHasNoAddressIsNamed() {
        try (EtcdClient client = client(List.of("unknown.test"))) {
            assertEquals(
                    "etcd at http://unknown.test:" + etcd.port() + " cannot be reached: the host name unknown.test cannot be"
                            + " resolved: check the name, and the name server of this machine",
                    failure(client));
        }
        try (EtcdClient client = client(List.of(NEVER))) {
            assertTrue(failure(client).endsWith("the name server of this machine does not answer for never.test"),
                    failure(client));
        }
        try (EtcdClient client = new EtcdClient(settings(List.of("http://unknown.test:1", "http://127.0.0.1:1")), names,
                Optional.empty(), member -> {
                })) {
            assertTrue(failure(client).contains("the host name unknown.test cannot be resolved"), failure(client));
            assertTrue(failure(client).contains("Connection refused"), failure(client));
        }
    }

    /** Also if it was reached at the last of its addresses. */
    @Test
    void theMemberThatAnsweredLastComesLast() {
        table.put("a.test", List.of("127.0.0.2", "127.0.0.3"));
        table.put("b.test", List.of("127.0.0.4", "127.0.0.5"));
        try (CutProxy a = new CutProxy("127.0.0.3", 0, etcd.port());
                CutProxy b = new CutProxy("127.0.0.5", 0, etcd.port())) {
            MembersInTurn members = new MembersInTurn(
                    settings(List.of("http://a.test:" + a.port(), "http://b.test:" + b.port())), 0, names);
            // An even number begins with the first member, unless that was the last one to answer.
            for (CutProxy next : List.of(a, b, a)) {
                try (Etcd client = members.apply(0)) {
                    assertTrue(client.commit(READ).join().succeeded());
                    assertEquals(List.of(next == a, next == b), List.of(a.isInUse(), b.isInUse()));
                }
                Awaitility.await().until(() -> !a.isInUse() && !b.isInUse());
            }
        }
    }

    /** A Kubernetes service without an IP address of its own is one name for all members. */
    @Test
    void theAddressThatAnsweredLastComesLastAmongThoseOfOneName() {
        table.put("etcd.test", List.of("127.0.0.2", "127.0.0.3"));
        try (CutProxy a = new CutProxy("127.0.0.2", 0, etcd.port());
                CutProxy b = new CutProxy("127.0.0.3", a.port(), etcd.port())) {
            MembersInTurn members = new MembersInTurn(settings(List.of("http://etcd.test:" + a.port())), 0, names);
            int generation = 0;
            for (CutProxy next : List.of(a, b, a)) {
                try (Etcd client = members.apply(generation++)) {
                    assertTrue(client.commit(READ).join().succeeded());
                    assertEquals(List.of(next == a, next == b), List.of(a.isInUse(), b.isInUse()));
                }
                Awaitility.await().until(() -> !a.isInUse() && !b.isInUse());
            }
        }
    }

    private InetAddress[] addresses(String host) throws UnknownHostException {
        lookedUp.add(host);
        threads.add(Thread.currentThread().getName());
        if (host.equals(NEVER) || host.equals(SLOW)) {
            try {
                end.await(host.equals(NEVER) ? Long.MAX_VALUE : 50, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        InetAddress[] addresses = Stream.ofNullable(table.get(host)).flatMap(List::stream).map(HostNamesTest::address)
                .toArray(InetAddress[]::new);
        if (addresses.length == 0) {
            throw new UnknownHostException(host);
        }
        return addresses;
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private EtcdClient client(List<String> hosts) {
        return new EtcdClient(settings(hosts.stream().map(etcd::urlOf).toList()), names, Optional.empty(), member -> {
        });
    }

    private static EtcdSettings settings(List<String> endpoints) {
        return new EtcdSettings(endpoints.stream().map(URI::create).toList(), Duration.ofSeconds(5), TIMEOUT,
                Duration.ofSeconds(15));
    }

    private static String failure(EtcdClient client) {
        return EtcdException.of(assertThrows(CompletionException.class, () -> client.commit(READ).join())).getMessage();
    }
}
