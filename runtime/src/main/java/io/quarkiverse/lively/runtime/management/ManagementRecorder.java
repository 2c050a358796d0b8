package io.quarkiverse.lively.runtime.management;

import java.util.function.Consumer;

import io.quarkiverse.lively.runtime.LivelyLifecycle;
import io.quarkus.arc.runtime.BeanContainer;
import io.quarkus.runtime.annotations.Recorder;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;

/** Makes the routes of the management endpoint. */
@Recorder
public class ManagementRecorder {

    /** Reads are asked for by GET, writes by POST. */
    public Consumer<Route> method(boolean write) {
        return route -> route.method(write ? HttpMethod.POST : HttpMethod.GET);
    }

    /** Does that operation for each request. */
    public Handler<RoutingContext> handler(BeanContainer beans, ManagementOperation operation) {
        LivelyLifecycle lively = beans.beanInstance(LivelyLifecycle.class);
        return operation.isWrite() ? new WriteHandler(operation, new ManagementWrites(lively))
                : new ReadHandler(operation, new ManagementReads(lively));
    }
}
