package io.quarkiverse.lively.deployment;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import org.jboss.resteasy.reactive.RestPath;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkus.runtime.BlockingOperationNotAllowedException;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;

class EventLoopIsNotBlockedTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(Questions.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1");

    @ParameterizedTest
    @ValueSource(strings = { "isUpByUuid", "isUpByName", "findByUuid", "findByName", "list" })
    void questionsAreRefused(String question) {
        RestAssured.get("/questions/" + question).then().statusCode(200).body(containsString("@Blocking"));
    }

    @ParameterizedTest
    @ValueSource(strings = "registration")
    void whatNeverBlocksIsNot(String question) {
        RestAssured.get("/questions/" + question).then().statusCode(200).body(equalTo("STARTING"));
    }

    @Path("/questions")
    public static class Questions {

        @Inject
        LivenessRegistry registry;

        @GET
        @Path("{question}")
        public Uni<String> ask(@RestPath String question) {
            if (!Context.isOnEventLoopThread()) {
                throw new IllegalStateException("The test is wrong");
            }
            try {
                return Uni.createFrom().item(String.valueOf(answer(question)));
            } catch (BlockingOperationNotAllowedException e) {
                return Uni.createFrom().item(e.getMessage());
            }
        }

        private Object answer(String question) {
            return switch (question) {
                case "isUpByUuid" -> registry.isUp("a");
                case "isUpByName" -> registry.isUp("a", "b");
                case "findByUuid" -> registry.find("a");
                case "findByName" -> registry.find("a", "b");
                case "list" -> registry.list(ServiceQuery.all());
                default -> registry.registration().state();
            };
        }
    }
}
