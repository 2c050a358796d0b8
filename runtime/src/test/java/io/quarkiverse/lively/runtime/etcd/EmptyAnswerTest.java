package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;

/**
 * A proxy may end a call well without any answer in it: calls that wait for a token then fail, and do not wait for ever. A
 * server of gRPC cannot be made to do that.
 */
class EmptyAnswerTest {

    private final ManagedChannel nowhere = NettyChannelBuilder.forAddress("localhost", 1).build();
    private final List<Status> failures = new ArrayList<>();

    @AfterEach
    void end() {
        nowhere.shutdownNow();
    }

    @Test
    void isAFailure() {
        EtcdLogin login = new EtcdLogin(() -> CompletableFuture.completedFuture(new EtcdLogin.User("user", "password")), "");
        new Authentication(login, ClientInterceptors.intercept(nowhere, new EmptyAnswers()), Duration.ofSeconds(1),
                System::nanoTime)
                .applyRequestMetadata(null, Runnable::run, new CallCredentials.MetadataApplier() {
                    @Override
                    public void apply(Metadata headers) {
                        throw new AssertionError("There is no token");
                    }

                    @Override
                    public void fail(Status status) {
                        failures.add(status);
                    }
                });
        assertEquals(List.of("an answer without a message"), failures.stream().map(Status::getDescription).toList());
    }

    private static final class EmptyAnswers implements ClientInterceptor {

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new EmptyCall<>();
        }
    }

    private static final class EmptyCall<Q, A> extends ClientCall<Q, A> {

        private Optional<Listener<A>> listener = Optional.empty();

        @Override
        public void start(Listener<A> answers, Metadata headers) {
            listener = Optional.of(answers);
        }

        @Override
        public void request(int messages) {
        }

        @Override
        public void cancel(String message, Throwable cause) {
        }

        @Override
        public void halfClose() {
            listener.orElseThrow().onClose(Status.OK, new Metadata());
        }

        @Override
        public void sendMessage(Q message) {
        }
    }
}
