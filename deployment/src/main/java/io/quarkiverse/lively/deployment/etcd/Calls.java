package io.quarkiverse.lively.deployment.etcd;

import java.util.function.Supplier;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/** Calls with one answer. */
final class Calls {

    private Calls() {
    }

    /** Answers with what it returns, or with the status that it throws. */
    static <T> void answer(StreamObserver<T> observer, Supplier<T> answer) {
        T response;
        try {
            response = answer.get();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }
}
