package io.quarkiverse.lively.deployment;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.Executor;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import org.awaitility.Awaitility;
import org.jboss.resteasy.reactive.RestPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceSnapshot;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkus.runtime.BlockingOperationNotAllowedException;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * A reactive application: all that the registry does can be done from an event loop, and the answers come where it was asked.
 */
@ExtendWith(RealEtcd.class)
class ReactiveRegistryTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(Questions.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.application.name", "asking")
            .overrideConfigKey("quarkus.lively.service.host", "here");

    @Test
    void writesAndAnswers() {
        for (String step : new String[] { "update", "isUp", "watch", "down", "find", "up", "list", "delete", "register" }) {
            RestAssured.get("/reactive/" + step).then().statusCode(200).body(equalTo("as expected"));
        }
    }

    @Path("/reactive")
    public static class Questions {

        private static final String UUID = "u";

        @Inject
        ReactiveLivenessRegistry registry;

        @GET
        @Path("{step}")
        public Uni<String> ask(@RestPath String step) {
            if (!Context.isOnEventLoopThread()) {
                throw new IllegalStateException("The test is wrong");
            }
            Context asking = Vertx.currentContext();
            return answer(step).map(asExpected -> {
                if (Vertx.currentContext() != asking) {
                    throw new IllegalStateException("The answer came on " + Thread.currentThread());
                }
                return asExpected ? "as expected" : "not as expected";
            });
        }

        private Uni<Boolean> answer(String step) {
            return switch (step) {
                case "update" -> registry.update(ServiceDefinition.of("type", "host").withUuid(UUID), 0)
                        .map(ServiceRecord::isUp);
                case "isUp" -> registry.isUp(UUID).flatMap(
                        byUuid -> registry.isUp("type", "host").map(byName -> byUuid && byName));
                case "watch" -> registry.watch(ServiceQuery.ofUuids(UUID)).toUni().emitOn(here())
                        .map(event -> event instanceof ServiceSnapshot snapshot && snapshot.service().isUp());
                case "register" -> endsOnlyWhereItMayBlock(registry.register(ServiceDefinition.of("type", "further")));
                case "down" -> registry.down(UUID, Maintenance.of("disk")).map(service -> !service.isUp());
                case "find" -> registry.find("type", "host")
                        .map(found -> found.orElseThrow().maintenance().orElseThrow().note().equals("disk"));
                case "up" -> registry.up(UUID).map(service -> service.maintenance().isEmpty());
                case "list" -> registry.list(ServiceQuery.ofTypes("type")).map(services -> services.size() == 1);
                default -> registry.delete(UUID)
                        .flatMap(deleted -> registry.down(UUID).map(service -> false)
                                .onFailure(UnknownServiceException.class).recoverWithItem(deleted.isPresent()))
                        .flatMap(soFar -> registry.isUp("a/b").onFailure(InvalidServiceException.class)
                                .recoverWithItem(soFar));
            };
        }

        /** Events come on a worker thread. */
        private static Executor here() {
            Context asking = Vertx.currentContext();
            return event -> asking.runOnContext(nothing -> event.run());
        }

        private Uni<Boolean> endsOnlyWhereItMayBlock(Registration further) {
            assertThrows(BlockingOperationNotAllowedException.class, further::close);
            return registry.isUp(further.record().uuid()).map(up -> further.state() != RegistrationState.STOPPED);
        }
    }

    @Inject
    ReactiveLivenessRegistry registry;

    /** Not on one of the client, which all other answers would wait for. */
    @Test
    void whoIsNowhereIsAnsweredOnAWorkerThread() {
        String thread = registry.isUp("u").map(up -> Thread.currentThread().getName()).await().indefinitely();
        assertTrue(thread.startsWith("executor-thread"), thread);
    }

    @Test
    void itsOwnRegistrationIsTheSame() {
        Awaitility.await().atMost(Duration.ofSeconds(10))
                .until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        assertEquals("asking", registry.registration().record().type());
    }
}
