package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

/**
 * A stream on which leases are renewed. etcd answers in the order of the questions, so the oldest one is the one that is
 * answered. A stream ends once, for whatever reason, and what is pending then fails.
 * <p>
 * jetcd's own keep-alive uses the wall clock, does not tell when a renewal was sent, and never comes back once etcd has ended
 * its stream in peace.
 */
final class KeepAliveStream {

    private final Queue<CompletableFuture<Etcd.Lease>> pending = new ArrayDeque<>();
    private ClientCallStreamObserver<LeaseKeepAliveRequest> requests;
    private Throwable end;

    KeepAliveStream(Channel channel) {
        LeaseGrpc.newStub(channel).leaseKeepAlive(new Answers());
    }

    synchronized boolean ended() {
        return end != null;
    }

    synchronized CompletableFuture<Etcd.Lease> renew(long leaseId) {
        if (end != null) {
            return CompletableFuture.failedFuture(end);
        }
        CompletableFuture<Etcd.Lease> answer = new CompletableFuture<>();
        pending.add(answer);
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(leaseId).build());
        return answer;
    }

    void cancel(Throwable cause) {
        requests.cancel("no longer of use", cause);
        end(cause);
    }

    private void end(Throwable cause) {
        Queue<CompletableFuture<Etcd.Lease>> unanswered;
        synchronized (this) {
            if (end == null) {
                end = cause;
            }
            unanswered = new ArrayDeque<>(pending);
            pending.clear();
        }
        unanswered.forEach(answer -> answer.completeExceptionally(cause));
    }

    private final class Answers implements ClientResponseObserver<LeaseKeepAliveRequest, LeaseKeepAliveResponse> {

        @Override
        public void beforeStart(ClientCallStreamObserver<LeaseKeepAliveRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(LeaseKeepAliveResponse response) {
            CompletableFuture<Etcd.Lease> answer;
            synchronized (KeepAliveStream.this) {
                answer = pending.poll();
            }
            if (answer == null) {
                return;
            }
            if (response.getTTL() > 0) {
                answer.complete(new Etcd.Lease(response.getID(), Duration.ofSeconds(response.getTTL())));
            } else {
                answer.completeExceptionally(EtcdErrors.leaseNotFound().asRuntimeException());
            }
        }

        @Override
        public void onError(Throwable failure) {
            end(failure);
        }

        @Override
        public void onCompleted() {
            end(Status.UNAVAILABLE.withDescription("the stream of renewals was ended").asRuntimeException());
        }
    }
}
