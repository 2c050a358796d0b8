package io.quarkiverse.lively.runtime.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkus.runtime.BlockingOperationNotAllowedException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

/** What nobody foresaw is a bug: it is logged, and its message is nobody else's business. */
class JsonAnswerTest {

    private final Vertx vertx = Vertx.vertx();
    private final Logger logger = Logger.getLogger(JsonAnswer.class.getName());
    private final List<LogRecord> logged = new CopyOnWriteArrayList<>();
    private final Handler log = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            logged.add(entry);
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
        }
    };

    @AfterEach
    void close() {
        logger.removeHandler(log);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @ValueSource(classes = { IllegalStateException.class, BlockingOperationNotAllowedException.class,
            NullPointerException.class })
    void aBugIsLogged(Class<? extends RuntimeException> bug) throws Exception {
        RuntimeException failure = bug.getConstructor(String.class).newInstance("internal");
        HttpResponse<String> answer = answerTo(Uni.createFrom().failure(failure));
        assertEquals(500, answer.statusCode());
        assertFalse(answer.body().contains("internal"), answer.body());
        assertEquals(List.of(Level.SEVERE), logged.stream().map(LogRecord::getLevel).toList());
        assertEquals(failure, logged.get(0).getThrown());
    }

    @Test
    void whatIsForeseenIsNot() throws IOException, InterruptedException {
        HttpResponse<String> answer = answerTo(Uni.createFrom().failure(new RegistryUnavailableException("no etcd", null)));
        assertEquals(503, answer.statusCode());
        assertEquals("{\"error\":\"no etcd\"}", answer.body());
        assertEquals(List.of(), logged);
    }

    private HttpResponse<String> answerTo(Uni<?> question) throws IOException, InterruptedException {
        logger.addHandler(log);
        Router router = Router.router(vertx);
        router.get().handler(request -> JsonAnswer.to(request, () -> question));
        int port = vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").toCompletionStage()
                .toCompletableFuture().join().actualPort();
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build(),
                BodyHandlers.ofString());
    }
}
