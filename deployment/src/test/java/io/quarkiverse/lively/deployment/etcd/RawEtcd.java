package io.quarkiverse.lively.deployment.etcd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;

/** A client without any logic of its own, with one watch stream, that writes down all that it is told. */
final class RawEtcd implements AutoCloseable {

    private final ManagedChannel channel;
    private final StreamObserver<WatchRequest> watches;
    private final Map<Long, List<String>> watched = Collections.synchronizedMap(new TreeMap<>());

    RawEtcd(int port) {
        // Without a thread between: what came first is written down first.
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().directExecutor().build();
        watches = WatchGrpc.newStub(channel).watch(new Recorder());
    }

    KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    LeaseGrpc.LeaseBlockingStub lease() {
        return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    ManagedChannel channel() {
        return channel;
    }

    LeaseKeepAliveResponse keepAlive(long id) {
        BlockingQueue<LeaseKeepAliveResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<LeaseKeepAliveRequest> stream = LeaseGrpc.newStub(channel)
                .leaseKeepAlive(new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        // The answer is missed below.
                    }

                    @Override
                    public void onCompleted() {
                        // As asked for.
                    }
                });
        stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
        try {
            LeaseKeepAliveResponse answer = answers.poll(10, TimeUnit.SECONDS);
            stream.onCompleted();
            return answer;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void watch(WatchRequest request) {
        watches.onNext(request);
    }

    /** What each watch was told, each event by itself. */
    Map<Long, List<String>> watched() {
        synchronized (watched) {
            Map<Long, List<String>> copy = new TreeMap<>();
            watched.forEach((id, told) -> copy.put(id, List.copyOf(told)));
            return copy;
        }
    }

    /** The answer, or the error, as a text, without what differs from one etcd to the next. */
    static String told(Supplier<? extends Message> call) {
        try {
            return withoutIds(call.get()).toString();
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() + ": " + e.getStatus().getDescription();
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Message withoutIds(Message message) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName("header");
        ResponseHeader header = (ResponseHeader) message.getField(field);
        return message.toBuilder().setField(field,
                header.toBuilder().clearClusterId().clearMemberId().clearRaftTerm().build()).build();
    }

    private final class Recorder implements StreamObserver<WatchResponse> {

        @Override
        public void onNext(WatchResponse response) {
            synchronized (watched) {
                List<String> told = watched.computeIfAbsent(response.getWatchId(), id -> new ArrayList<>());
                if (response.getEventsCount() == 0) {
                    told.add(withoutIds(response).toString());
                }
                response.getEventsList().stream().map(Event::toString).forEach(told::add);
            }
        }

        @Override
        public void onError(Throwable failure) {
            // What would have come is missed.
        }

        @Override
        public void onCompleted() {
            // So it is here.
        }
    }
}
