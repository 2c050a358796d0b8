package io.quarkiverse.lively.runtime.worker;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import io.quarkiverse.lively.RegistryUnavailableException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Gives an answer to its subscriber where the subscriber is, so that it may go on with what is bound to its context. The
 * threads that produce the answers must not run code of the application.
 *
 * @param pool where a subscriber that is not on a context of Vert.x goes on
 */
public record Answers(Executor pool) {

    /** @param question asked for each subscriber anew; what it throws is the failure of the answer */
    public <T> Uni<T> to(Supplier<CompletionStage<T>> question) {
        return Uni.createFrom()
                .deferred(() -> emitOn(subscriber(), Uni.createFrom().completionStage(question)));
    }

    /** As Mutiny's own, which would lose an answer that the executor rejects: the subscriber would wait for ever. */
    private static <T> Uni<T> emitOn(Executor executor, Uni<T> answer) {
        return answer.onItemOrFailure().transformToUni((item, failure) -> Uni.createFrom().emitter(emitter -> {
            try {
                executor.execute(() -> {
                    if (failure == null) {
                        emitter.complete(item);
                    } else {
                        emitter.fail(failure);
                    }
                });
            } catch (RejectedExecutionException e) {
                emitter.fail(new RegistryUnavailableException("There is an answer, but no thread takes it: check"
                        + " quarkus.thread-pool.max-threads and quarkus.thread-pool.queue-size", e));
            }
        }));
    }

    private Executor subscriber() {
        Context context = Vertx.currentContext();
        return context == null ? pool : answer -> context.runOnContext(nothing -> answer.run());
    }
}
