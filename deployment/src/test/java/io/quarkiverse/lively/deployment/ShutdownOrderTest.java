package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.OptionalLong;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.arc.Arc;
import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.deployment.builditem.ShutdownListenerBuildItem;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.shutdown.ShutdownListener;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.vertx.http.HttpServer;

/**
 * Without a delay or a timeout: etcd has acknowledged DOWN before the application begins to shut down, so before HTTP closes,
 * and that is before the event of the shutdown. Until then the fencing token stays readable, for the requests that are served.
 */
@ExtendWith(RealEtcd.class)
class ShutdownOrderTest {

    private static final String SEEN = "lively.test.seen";
    private static final String TOKEN = "lively.test.token";
    private static final String PORT = "lively.test.port";

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, AfterPreShutdown.class, OnShutdownEvent.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .addBuildChainCustomizer(ShutdownOrderTest::addListener)
            .setAfterUndeployListener(ShutdownOrderTest::check);

    @Inject
    LivenessRegistry registry;

    @Inject
    HttpServer http;

    @Test
    void isLookedAtWhenTheApplicationStops() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        System.setProperty(PORT, Integer.toString(http.getPort()));
        System.setProperty(TOKEN, Long.toString(registry.registration().fencingToken().orElseThrow()));
        System.setProperty(SEEN, look());
    }

    private static void check() {
        String token = System.getProperty(TOKEN);
        assertEquals("UP and HTTP 200 and token " + token + ", then DOWN and HTTP 200 and token " + token
                + ", then DOWN and no HTTP and token " + token, System.getProperty(SEEN));
        System.clearProperty(SEEN);
        System.clearProperty(TOKEN);
        System.clearProperty(PORT);
    }

    private static void addListener(BuildChainBuilder build) {
        build.addBuildStep(context -> context.produce(new ShutdownListenerBuildItem(new AfterPreShutdown())))
                .produces(ShutdownListenerBuildItem.class).build();
    }

    static void note() {
        System.setProperty(SEEN, System.getProperty(SEEN) + ", then " + look());
    }

    private static String look() {
        return String.join("", RealEtcd.keys().all("/services/by-status/")).split("/")[3] + " and " + http() + " and "
                + token();
    }

    private static String token() {
        OptionalLong token = Arc.container().instance(LivenessRegistry.class).get().registration().fencingToken();
        return token.isPresent() ? "token " + token.getAsLong() : "no token";
    }

    private static String http() {
        try {
            return "HTTP " + ((HttpURLConnection) URI.create("http://localhost:" + System.getProperty(PORT) + "/q/health/live")
                    .toURL().openConnection()).getResponseCode();
        } catch (IOException e) {
            return "no HTTP";
        }
    }

    /** Is told of the shutdown once every listener is done with what comes before it. */
    public static class AfterPreShutdown implements ShutdownListener {

        @Override
        public void shutdown(ShutdownNotification notification) {
            note();
            notification.done();
        }
    }

    @Singleton
    static class OnShutdownEvent {

        void stopped(@Observes ShutdownEvent event) {
            note();
        }
    }
}
