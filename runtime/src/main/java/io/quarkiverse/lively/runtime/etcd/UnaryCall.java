package io.quarkiverse.lively.runtime.etcd;

import java.util.concurrent.CompletableFuture;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;

/** One question, and its one answer, which comes on the thread that reads from the network. */
final class UnaryCall<A> implements StreamObserver<A> {

    private final CompletableFuture<A> answer = new CompletableFuture<>();

    private UnaryCall() {
    }

    /** Within the deadline of the options, or the one that the channel sets. */
    static <Q, A> CompletableFuture<A> send(Channel channel, MethodDescriptor<Q, A> method, CallOptions options, Q request) {
        UnaryCall<A> call = new UnaryCall<>();
        ClientCalls.asyncUnaryCall(channel.newCall(method, options.withExecutor(Runnable::run)), request, call);
        return call.answer;
    }

    @Override
    public void onNext(A message) {
        answer.complete(message);
    }

    @Override
    public void onError(Throwable failure) {
        answer.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        // Nothing, unless there was no message.
        answer.completeExceptionally(Status.INTERNAL.withDescription("an answer without a message").asException());
    }
}
