package io.quarkiverse.lively.runtime;

import java.util.Optional;
import java.util.Set;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.DomainSocketServerStart;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;

/** An application with an HTTP server serves once the first of its sockets is open, which is after the start-up event. */
@Singleton
public class HttpServing {

    /** Remembers the socket in dev mode: after a reload it is still open, and nobody says so again. */
    private static final String DEV_MODE_SOCKET = "lively.dev-mode.socket";
    private static final String DOMAIN_SOCKET = "domain";
    private static final Set<String> ALL_ADDRESSES = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private final LivelyLifecycle lively;
    private final LivelyConfig config;
    private final VertxHttpConfig http;

    HttpServing(LivelyLifecycle lively, LivelyConfig config, VertxHttpConfig http) {
        this.lively = lively;
        this.config = config;
        this.http = http;
    }

    void started(@Observes StartupEvent event) {
        if (!http.hostEnabled() && !http.domainSocketEnabled()) {
            lively.serve(ApplicationServing.endpoint(config));
        } else if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            serveAgain(System.getProperty(DEV_MODE_SOCKET, ""));
        }
    }

    private void serveAgain(String socket) {
        if (socket.equals(DOMAIN_SOCKET)) {
            lively.serve(ApplicationServing.endpoint(config));
        } else if (!socket.isEmpty()) {
            String[] schemeAndPort = socket.split(":");
            serve(Integer.parseInt(schemeAndPort[1]), schemeAndPort[0].equals("https"));
        }
    }

    void http(@ObservesAsync HttpServerStart event, HttpServer server) {
        serve(server.getPort(), false);
    }

    void https(@ObservesAsync HttpsServerStart event, HttpServer server) {
        serve(server.getSecurePort(), true);
    }

    void domainSocket(@ObservesAsync DomainSocketServerStart event) {
        remember(DOMAIN_SOCKET);
        lively.serve(ApplicationServing.endpoint(config));
    }

    private void serve(int port, boolean secure) {
        remember((secure ? "https:" : "http:") + port);
        lively.serve(Optional.of(new Endpoint(config.service().address().orElseGet(this::address),
                config.service().port().orElse(port), secure)));
    }

    private static void remember(String socket) {
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            System.setProperty(DEV_MODE_SOCKET, socket);
        }
    }

    private String address() {
        return ALL_ADDRESSES.contains(http.host()) ? LivelySettings.hostName() : http.host();
    }
}
