package io.quarkiverse.lively.runtime;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.DomainSocketServerStart;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.http.HttpServerOptions;

/**
 * An application with an HTTP server serves once the socket is open that others are told of, which is after the start-up
 * event: the one for HTTPS, else the one for HTTP, else the domain socket. Which of them are to open is known before any
 * does, and they open in no order.
 */
@Singleton
public class HttpServing implements HttpServerOptionsCustomizer {

    private static final Logger LOG = Logger.getLogger(HttpServing.class);
    private static final String DOMAIN_SOCKET = "domain";
    private static final Duration PAUSE = Duration.ofMillis(1);
    private static final int MOST_PAUSES = 10_000;
    private static final Set<String> ALL_ADDRESSES = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private final LivelyLifecycle lively;
    private final LivelyConfig config;
    private final VertxHttpConfig http;
    private volatile Optional<HttpServerOptions> https = Optional.empty();

    HttpServing(LivelyLifecycle lively, LivelyConfig config, VertxHttpConfig http) {
        this.lively = lively;
        this.config = config;
        this.http = http;
    }

    void started(@Observes StartupEvent event) {
        if (lively.registersItself()) {
            // Refused now: once the socket is open, the start cannot fail any more.
            checkAddress();
        }
        if (!http.hostEnabled() && !http.domainSocketEnabled()) {
            lively.serve(() -> ApplicationServing.endpoint(config));
        } else if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            DevModeHttpServer.open().map(this::socket).ifPresent(this::serve);
        }
    }

    private String socket(DevModeHttpServer open) {
        return !http.hostEnabled() ? DOMAIN_SOCKET
                : open.securePort() > 0 ? "https:" + open.securePort() : "http:" + open.port();
    }

    /** Changes nothing. Called before any socket opens, and only if there is to be HTTPS. */
    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        https = Optional.of(options);
    }

    void http(@ObservesAsync HttpServerStart event, HttpServer server) {
        if (!opensHttps()) {
            serve("http:" + known(server::getPort));
        }
    }

    void https(@ObservesAsync HttpsServerStart event, HttpServer server) {
        serve("https:" + known(server::getSecurePort));
    }

    void domainSocket(@ObservesAsync DomainSocketServerStart event) {
        if (!http.hostEnabled()) {
            serve(DOMAIN_SOCKET);
        }
    }

    /**
     * The port that is open. Quarkus opens the server once for each event loop, and another one of them may say that it listens
     * than the one that stores the port: for a moment, the port is not known yet. Called on a worker thread.
     */
    static int known(IntSupplier port) {
        int found = port.getAsInt();
        for (int pause = 0; found <= 0 && pause < MOST_PAUSES; pause++) {
            LockSupport.parkNanos(PAUSE.toNanos());
            found = port.getAsInt();
        }
        if (found <= 0) {
            LOG.errorf("The application is not registered: its HTTP server has started, and its port is not known after %d s."
                    + " Set quarkus.http.port", PAUSE.multipliedBy(MOST_PAUSES).toSeconds());
            throw new IllegalStateException("The port of the HTTP server is not known");
        }
        return found;
    }

    /** Without a certificate it does not, and another customizer may be the one that sets it. */
    private boolean opensHttps() {
        return https.map(HttpServerOptions::getKeyCertOptions).isPresent();
    }

    /** @param socket such as {@code https:8443}, or the domain socket */
    private void serve(String socket) {
        lively.serve(() -> socket.equals(DOMAIN_SOCKET) ? ApplicationServing.endpoint(config)
                : Optional.of(endpoint(socket.split(":"))));
    }

    private Endpoint endpoint(String[] schemeAndPort) {
        LivelyConfig.Service told = config.service();
        return new Endpoint(address(), told.port().orElse(Integer.parseInt(schemeAndPort[1])),
                told.secure().orElse(schemeAndPort[0].equals("https")));
    }

    private void checkAddress() {
        if (http.hostEnabled()) {
            address();
        } else {
            ApplicationServing.endpoint(config);
        }
    }

    private String address() {
        return PublishedAddress.of(config.service(), Optional.of(http.host()).filter(host -> !ALL_ADDRESSES.contains(host)));
    }
}
