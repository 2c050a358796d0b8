package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** A good address is in use within the request timeout, whatever the other addresses do. */
@NeedsProgram("etcd")
class EveryAddressTest {

    private static final Transaction READ = Transaction.read(List.of(ByteString.copyFromUtf8("/key")));
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static EtcdServer etcd;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
    }

    @AfterAll
    static void end() {
        etcd.close();
    }

    /** Also where the table of hosts of this machine has only 127.0.0.1 by that name. */
    @Test
    void aNameWhoseFirstAddressRefusesIsReachedAtItsSecond() {
        try (CutProxy ipv6 = new CutProxy("::1", 0, etcd.port())) {
            assertAnswers("http://localhost:" + ipv6.port());
        }
    }

    /** It takes the connection, and everything that is sent. */
    @Test
    void anAddressThatNeverAnswersIsPassedOver() {
        try (CutProxy silent = new CutProxy(etcd.port()); CutProxy other = new CutProxy(etcd.port())) {
            silent.drop();
            other.drop();
            assertAnswers(silent.url(), etcd.url());
        }
    }

    @Test
    void manyAddressesThatNeverAnswerArePassedOver() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            assertAnswers(Stream.concat(
                    IntStream.range(2, 22).mapToObj(n -> "http://127.0.0." + n + ":" + silent.getLocalPort()),
                    Stream.of(etcd.url())).toArray(String[]::new));
        }
    }

    /** The kernel takes no further connection, and drops the packet that asks for one. */
    @Test
    void anAddressThatDropsPacketsIsPassedOver() throws IOException {
        List<Socket> queued = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            boolean dropped = false;
            while (!dropped) {
                Socket socket = new Socket();
                queued.add(socket);
                try {
                    socket.connect(new InetSocketAddress("127.0.0.1", full.getLocalPort()), 200);
                } catch (IOException e) {
                    dropped = true;
                }
            }
            assertAnswers("http://127.0.0.1:" + full.getLocalPort(), etcd.url());
        } finally {
            for (Socket socket : queued) {
                socket.close();
            }
        }
    }

    private static void assertAnswers(String... endpoints) {
        EtcdSettings settings = new EtcdSettings(Stream.of(endpoints).map(URI::create).toList(), Duration.ofSeconds(5), TIMEOUT,
                Duration.ofSeconds(15));
        try (EtcdClient client = new EtcdClient(settings)) {
            long asked = System.nanoTime();
            assertTrue(client.commit(READ).join().succeeded());
            System.out.printf("%s answered after %d ms (promised: %d ms)%n", List.of(endpoints),
                    (System.nanoTime() - asked) / 1_000_000, TIMEOUT.toMillis());
        }
    }
}
