package io.quarkiverse.lively.runtime.etcd;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ClientStreamTracer;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Gives every unary call a deadline, which jetcd does not, and every call the token of a user, if there is one. Makes a member
 * without a leader reject every call at once. It finds out the channel that jetcd keeps to itself: the first call that it sees
 * goes nowhere and only yields the channel. It also finds out which member answers.
 */
final class CallInterceptor implements ClientInterceptor {

    private static final Metadata.Key<String> REQUIRE_LEADER = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final Duration deadline;
    private final Optional<EtcdLogin> login;
    private final Consumer<SocketAddress> answered;
    private volatile SocketAddress member;
    private volatile Channel channel;
    private volatile Optional<Authentication> authentication = Optional.empty();

    /** @param answered called with the address of the member that answers a call, or that fails to */
    CallInterceptor(Duration deadline, Optional<EtcdLogin> login, Consumer<SocketAddress> answered) {
        this.deadline = deadline;
        this.login = login;
        this.answered = answered;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        if (channel == null) {
            Channel led = ClientInterceptors.intercept(next, toMembersWithLeader());
            authentication = login.map(user -> new Authentication(user, led, deadline, System::nanoTime));
            channel = authentication.map(token -> ClientInterceptors.intercept(led, onEachCall(token))).orElse(led);
            return new CallToNowhere<>();
        }
        boolean bounded = method.getType() != MethodDescriptor.MethodType.UNARY || options.getDeadline() != null;
        return channel.newCall(method,
                bounded ? options : options.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** What calls go by that need no deadline. */
    Channel channel() {
        return channel;
    }

    /** Empty if calls need no user. */
    Optional<Authentication> authentication() {
        return authentication;
    }

    /** The address of the member that the last call reached; empty if that call reached none, or if there was none. */
    Optional<SocketAddress> member() {
        return Optional.ofNullable(member);
    }

    private ClientInterceptor toMembersWithLeader() {
        return new ClientInterceptor() {
            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                Reached reached = new Reached();
                return new SimpleForwardingClientCall<>(next.newCall(method, reached.observed(options))) {
                    @Override
                    public void start(Listener<A> listener, Metadata headers) {
                        headers.put(REQUIRE_LEADER, "true");
                        super.start(new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onHeaders(Metadata answer) {
                                answeredBy(reached.address);
                                super.onHeaders(answer);
                            }

                            /** A failure has no headers. A call that this process ends says nothing of a member. */
                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                if (!status.isOk() && status.getCode() != Status.Code.CANCELLED) {
                                    answeredBy(reached.address);
                                }
                                super.onClose(status, trailers);
                            }
                        }, headers);
                    }
                };
            }
        };
    }

    private void answeredBy(SocketAddress address) {
        member = address;
        if (address != null) {
            answered.accept(address);
        }
    }

    private static ClientInterceptor onEachCall(CallCredentials credentials) {
        return new ClientInterceptor() {
            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                return next.newCall(method, options.withCallCredentials(credentials));
            }
        };
    }

    /**
     * Finds out which member a call is for. The attributes of a call do not have its address before there is an answer, so
     * they would not show which member is silent, or gives no token.
     */
    private final class Reached extends ClientStreamTracer.Factory {

        private volatile SocketAddress address;

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo stream, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes connection, Metadata sent) {
                    connected(connection);
                }
            };
        }

        CallOptions observed(CallOptions options) {
            CallCredentials credentials = options.getCredentials();
            CallOptions observed = options.withStreamTracerFactory(this);
            return credentials == null ? observed : observed.withCallCredentials(new CallCredentials() {
                @Override
                public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
                    connected(call.getTransportAttrs());
                    credentials.applyRequestMetadata(call, executor, applier);
                }
            });
        }

        private void connected(Attributes connection) {
            address = connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            member = address;
        }
    }

    private static final class CallToNowhere<Q, A> extends ClientCall<Q, A> {

        @Override
        public void start(Listener<A> listener, Metadata headers) {
        }

        @Override
        public void request(int messages) {
        }

        @Override
        public void cancel(String message, Throwable cause) {
        }

        @Override
        public void halfClose() {
        }

        @Override
        public void sendMessage(Q message) {
        }
    }
}
