package io.quarkiverse.lively.deployment.etcd;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.stub.StreamObserver;

/** Of etcd's service {@code Maintenance}, the status. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {

    private static final String VERSION = "3.4.0-embedded";

    private final Store store;

    MaintenanceService(Store store) {
        this.store = store;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        Calls.answer(observer, () -> StatusResponse.newBuilder().setHeader(Headers.at(store.revision())).setVersion(VERSION)
                .setLeader(Headers.MEMBER).setRaftTerm(Headers.TERM).setRaftIndex(store.revision()).build());
    }
}
