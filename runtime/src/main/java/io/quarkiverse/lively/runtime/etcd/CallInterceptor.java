package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Gives every unary call a deadline, which jetcd does not, and finds out the channel that jetcd keeps to itself: the first call
 * that it sees goes nowhere and only yields the channel.
 */
final class CallInterceptor implements ClientInterceptor {

    private final Duration deadline;
    private volatile Channel channel;

    CallInterceptor(Duration deadline) {
        this.deadline = deadline;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        if (channel == null) {
            channel = next;
            return new CallToNowhere<>();
        }
        boolean bounded = method.getType() != MethodDescriptor.MethodType.UNARY || options.getDeadline() != null;
        return next.newCall(method,
                bounded ? options : options.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** The channel below this interceptor. */
    Channel channel() {
        return channel;
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
