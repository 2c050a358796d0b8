package io.quarkiverse.lively.deployment;

import static org.hamcrest.Matchers.equalTo;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkus.runtime.BlockingOperationNotAllowedException;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;

/** Whatever of the registry waits for etcd is refused on an event loop, with the way out. */
class EventLoopIsNotBlockedTest {

    private static final Set<String> NEVER_BLOCK = Set.of("registration", "register", "watch");

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(Calls.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1");

    @Test
    void allCallsButThoseThatNeverBlockAreRefused() {
        RestAssured.get("/refused").then().statusCode(200)
                .body(equalTo(Calls.that(method -> !NEVER_BLOCK.contains(method.getName()))));
    }

    @Path("/refused")
    public static class Calls {

        @Inject
        LivenessRegistry registry;

        @GET
        public Uni<String> refused() {
            if (!Context.isOnEventLoopThread()) {
                throw new IllegalStateException("The test is wrong");
            }
            return Uni.createFrom().item(that(this::isRefused));
        }

        /** One a line. */
        static String that(Predicate<Method> criterion) {
            return Stream.of(LivenessRegistry.class.getMethods()).filter(criterion).map(Method::toGenericString).sorted()
                    .collect(Collectors.joining("\n"));
        }

        private boolean isRefused(Method method) {
            try {
                method.invoke(registry, Stream.of(method.getParameterTypes()).map(Calls::something).toArray());
                return false;
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof BlockingOperationNotAllowedException refusal
                        && refusal.getMessage().contains("@Blocking")) {
                    return true;
                }
                throw new IllegalStateException(method + " failed otherwise", e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        private static Object something(Class<?> type) {
            if (type == ServiceQuery.class) {
                return ServiceQuery.all();
            } else if (type == int.class) {
                return 0;
            } else if (type == long.class) {
                return 0L;
            } else if (type == ServiceDefinition.class) {
                return ServiceDefinition.of("type", "host");
            } else if (type == Maintenance.class) {
                return Maintenance.of("disk");
            } else if (type == Consumer.class) {
                return (Consumer<Object>) event -> {
                };
            }
            return "a";
        }
    }
}
