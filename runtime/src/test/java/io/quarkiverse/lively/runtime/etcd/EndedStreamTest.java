package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;

/**
 * A stream that etcd, or something between, ends with OK or with a plain UNAVAILABLE is over, and the next one works. A real
 * etcd cannot be made to do that at a given moment.
 */
class EndedStreamTest {

    private final AtomicInteger streams = new AtomicInteger();
    private volatile Consumer<StreamObserver<?>> end;
    private Server server;
    private EtcdClient client;

    @BeforeEach
    void start() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Leases()).addService(new Watches()).build().start();
        client = new EtcdClient(new EtcdSettings(List.of(URI.create("http://127.0.0.1:" + server.getPort())),
                Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(2)));
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        server.shutdownNow().awaitTermination();
    }

    static Stream<Consumer<StreamObserver<?>>> ends() {
        return Stream.of(StreamObserver::onCompleted, stream -> stream.onError(Status.UNAVAILABLE.asException()));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void theNextRenewalHasAStreamOfItsOwn(Consumer<StreamObserver<?>> howItEnds) {
        end = howItEnds;
        int before = streams.get();
        for (int i = 0; i < 3; i++) {
            // Each stream answers once, and ends at the next question.
            assertEquals(Duration.ofSeconds(7), client.renewLease(1, Duration.ofSeconds(3)).join().ttl());
            CompletionException failure = assertThrows(CompletionException.class,
                    () -> client.renewLease(1, Duration.ofSeconds(3)).join());
            assertEquals(EtcdException.Kind.UNAVAILABLE, EtcdException.of(failure).kind());
        }
        assertEquals(before + 3, streams.get());
    }

    @ParameterizedTest
    @MethodSource("ends")
    void aWatchOfKeysSaysThatItIsOver(Consumer<StreamObserver<?>> howItEnds) throws InterruptedException {
        end = howItEnds;
        LinkedBlockingQueue<EtcdException> ended = new LinkedBlockingQueue<>();
        watchAKey(ended);
        EtcdException cause = ended.poll(5, TimeUnit.SECONDS);
        assertNotNull(cause, "it hangs");
        assertEquals(EtcdException.Kind.UNAVAILABLE, cause.kind());
    }

    /** Of the channel, a user would read "Channel shutdownNow invoked" about a member that has nothing wrong. */
    @Test
    void whatIsUnderWayWhenTheClientIsReplacedSaysSo() {
        end = stream -> {
        };
        List<EtcdException> ended = new CopyOnWriteArrayList<>();
        watchAKey(ended);
        client.renewLease(1, Duration.ofSeconds(3)).join();
        CompletableFuture<Etcd.Lease> renewal = client.renewLease(1, Duration.ofSeconds(3));
        client.close();
        assertEquals(List.of("The connection to etcd was replaced by another one"),
                ended.stream().map(EtcdException::getMessage).toList());
        CompletionException failure = assertThrows(CompletionException.class, renewal::join);
        assertEquals("etcd at http://127.0.0.1:" + server.getPort() + " cannot be reached: the connection to it was replaced by"
                + " another one (Channel shutdownNow invoked)", EtcdException.of(failure).getMessage());
    }

    private final class Leases extends LeaseGrpc.LeaseImplBase {

        @Override
        public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> answers) {
            return new Questions<>() {

                private boolean answered;

                @Override
                public void onNext(LeaseKeepAliveRequest request) {
                    if (request.getID() == 0) {
                        return;
                    }
                    if (!answered) {
                        answered = true;
                        streams.incrementAndGet();
                        answers.onNext(LeaseKeepAliveResponse.newBuilder().setID(request.getID()).setTTL(7).build());
                    } else {
                        end.accept(answers);
                    }
                }
            };
        }
    }

    private final class Watches extends WatchGrpc.WatchImplBase {

        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
            return new Questions<>() {
                @Override
                public void onNext(WatchRequest request) {
                    answers.onNext(WatchResponse.newBuilder().setCreated(true).build());
                    end.accept(answers);
                }
            };
        }
    }

    private abstract static class Questions<T> implements StreamObserver<T> {

        @Override
        public void onError(Throwable cause) {
            // The client is gone.
        }

        @Override
        public void onCompleted() {
            // The client is gone.
        }
    }

    /** @param ended gets the end of the watch */
    private void watchAKey(Collection<EtcdException> ended) {
        client.watchKeys(new KeyWatch.Listener() {
            @Override
            public void changed(ByteString key, long revision) {
                throw new AssertionError("Nothing changes");
            }

            @Override
            public void ended(EtcdException cause) {
                ended.add(cause);
            }
        }).add(ByteString.copyFromUtf8("key"), 1);
    }
}
