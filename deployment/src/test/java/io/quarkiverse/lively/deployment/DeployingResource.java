package io.quarkiverse.lively.deployment;

import java.util.concurrent.TimeUnit;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Vertx;

/** Has a verticle of its own before the socket opens, and opens that where there is a free port. */
@Path("/deploying")
public class DeployingResource {

    @Inject
    LivenessRegistry registry;

    @GET
    public String registered() {
        int port = registry.registration().record().endpoint().map(Endpoint::port).orElse(-1);
        return "before " + registry.registration().state() + " at " + port;
    }

    void first(@Observes @Priority(1) StartupEvent event, Vertx vertx) throws Exception {
        vertx.deployVerticle(new AbstractVerticle() {
        }).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    void last(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) throws InterruptedException {
        Thread.sleep(300);
        System.setProperty("lively.test.before-the-socket", registry.registration().state().name());
    }

    void listens(@ObservesAsync HttpServerStart event, HttpServer server) {
        System.setProperty("lively.test.port", Integer.toString(server.getPort()));
    }
}
