package io.quarkiverse.lively.runtime;

import java.lang.reflect.Field;
import java.util.Optional;

import org.jboss.logging.Logger;

import io.quarkus.vertx.http.runtime.VertxHttpRecorder;

/**
 * The HTTP server of dev mode. It lives longer than the application: a reload leaves it open, and after a first start that
 * failed Quarkus opens it by itself. Then there is no event, and {@code HttpServer} does not know the port. Quarkus decides
 * by private fields whether it has to open the server. They are read here.
 *
 * @param port of HTTP; -1 if it does not listen there
 * @param securePort of HTTPS; -1 if it does not listen there
 */
record DevModeHttpServer(int port, int securePort) {

    private static final Logger LOG = Logger.getLogger(DevModeHttpServer.class);

    /** Empty if it is not open yet: then an event will come. */
    static Optional<DevModeHttpServer> open() {
        try {
            return value("closeTask") == null ? Optional.empty()
                    : Optional.of(new DevModeHttpServer((int) value("actualHttpPort"), (int) value("actualHttpsPort")));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warnf(
                    "This version of Quarkus does not show whether its HTTP server is open: if this application stays STARTING"
                            + " after a reload, start dev mode again. %s",
                    e);
            return Optional.empty();
        }
    }

    /** The port for HTTP if there is one, else the one for HTTPS. */
    int anyPort() {
        return port > 0 ? port : securePort;
    }

    private static Object value(String name) throws ReflectiveOperationException {
        Field field = VertxHttpRecorder.class.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(null);
    }
}
