package io.quarkiverse.lively.runtime.management;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** Answers questions. Never blocks: etcd answers later, on another thread. */
record ReadHandler(ManagementOperation operation, ManagementReads reads) implements Handler<RoutingContext> {

    @Override
    public void handle(RoutingContext request) {
        JsonAnswer.to(request, () -> switch (operation) {
            case REGISTRATION -> reads.registration();
            case SERVICES -> reads.services(ServiceFilters.of(request.queryParams()));
            case SERVICE -> reads.service(request.pathParam("uuid"));
            case HISTORY -> reads.history(request.pathParam("uuid"));
            default -> throw new AssertionError(operation + " changes something");
        });
    }
}
