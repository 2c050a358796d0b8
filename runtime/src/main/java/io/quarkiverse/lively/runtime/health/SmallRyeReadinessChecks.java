package io.quarkiverse.lively.runtime.health;

import static java.util.function.Predicate.not;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.json.JsonObject;

import org.eclipse.microprofile.health.Readiness;

import io.quarkus.arc.Arc;
import io.quarkus.arc.InjectableContext.ContextState;
import io.quarkus.arc.ManagedContext;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.health.SmallRyeHealth;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.health.event.SmallRyeHealthStatusChangeEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** Asks SmallRye Health, just as a request to {@code /q/health/ready} would. */
@Singleton
public class SmallRyeReadinessChecks implements ReadinessChecks {

    /** What Lively says must not decide what Lively does; and at a shutdown it says DOWN by itself. */
    private static final Set<String> LEFT_OUT = Set.of("lively", LivelyHealthCheck.class.getName(), "Graceful Shutdown");

    private final SmallRyeHealthReporter reporter;
    private final Vertx vertx;
    private volatile Runnable hint = () -> {
    };

    SmallRyeReadinessChecks(SmallRyeHealthReporter reporter, Vertx vertx) {
        this.reporter = reporter;
        this.vertx = vertx;
    }

    /** On a worker thread, in a context of its own, as reactive checks expect it. */
    @Override
    public CompletableFuture<Set<String>> down() {
        Context context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
        VertxContextSafetyToggle.setContextSafe(context, true);
        return Uni.createFrom().deferred(this::readiness)
                .runSubscriptionOn(task -> context.executeBlocking(() -> {
                    task.run();
                    return null;
                }, false))
                .map(SmallRyeReadinessChecks::down)
                .subscribeAsCompletionStage();
    }

    @Override
    public void onChange(Runnable hint) {
        this.hint = hint;
    }

    /** Comes only when somebody asks the checks, so it cannot replace asking. */
    void changed(@Observes @Readiness SmallRyeHealthStatusChangeEvent event) {
        hint.run();
    }

    /** The request context ends with the answer. It is active in the Vert.x context, not on the thread. */
    private Uni<SmallRyeHealth> readiness() {
        ManagedContext requestContext = Arc.container().requestContext();
        ContextState request = requestContext.activate();
        return Uni.createFrom().deferred(reporter::getReadinessAsync)
                .onTermination().invoke(() -> requestContext.destroy(request));
    }

    private static Set<String> down(SmallRyeHealth health) {
        return health.getPayload().getJsonArray("checks").getValuesAs(JsonObject.class).stream()
                .filter(check -> check.getString("status").equals("DOWN"))
                .map(check -> nameOfClass(check.getString("name")))
                .filter(not(LEFT_OUT::contains))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A check that throws is named for its class, which may be a generated one. */
    private static String nameOfClass(String name) {
        return name.replaceFirst("(_Subclass|_ClientProxy)+$", "");
    }
}
