package io.quarkiverse.lively.simulation.etcd;

import io.grpc.StatusRuntimeException;

/** Receives the answer to one request: one call of one of the methods, or none if the connection ends before. */
public interface Answer<T> {

    void answered(T value);

    /** @param status the code and the words of etcd */
    void failed(StatusRuntimeException status);
}
