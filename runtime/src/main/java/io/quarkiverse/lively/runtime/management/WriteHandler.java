package io.quarkiverse.lively.runtime.management;

import java.util.Optional;

import io.quarkiverse.lively.InvalidServiceException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Changes what is said of a service, unless the page of a site asks for it. Never blocks. */
record WriteHandler(ManagementOperation operation, ManagementWrites writes) implements Handler<RoutingContext> {

    private static final int MOST_BYTES = 64 * 1024;

    @Override
    public void handle(RoutingContext request) {
        Optional<WriteGuard.Refusal> refusal = WriteGuard.check(request.request());
        if (refusal.isPresent()) {
            JsonAnswer.refuse(request, refusal.get().status(), refusal.get().why());
            return;
        }
        body(request).onSuccess(body -> JsonAnswer.to(request,
                () -> writes.write(operation, request.pathParam("uuid"), fields(request, body))))
                .onFailure(failure -> JsonAnswer.refuse(request, 400, "the body cannot be read: " + failure.getMessage()));
    }

    /** Somebody else may have read it already. */
    private static Future<Buffer> body(RoutingContext request) {
        if (request.body().available()) {
            Buffer read = request.body().buffer();
            return Future.succeededFuture(read == null ? Buffer.buffer() : read);
        }
        if (request.request().isEnded()) {
            return Future.succeededFuture(Buffer.buffer());
        }
        Promise<Buffer> whole = Promise.promise();
        Buffer read = Buffer.buffer();
        request.request().handler(part -> {
            // Enough to refuse it. Quarkus bounds only bodies that say how long they are.
            if (read.length() <= MOST_BYTES) {
                read.appendBuffer(part);
            }
        }).exceptionHandler(whole::tryFail).endHandler(end -> whole.tryComplete(read));
        request.request().resume();
        return whole.future();
    }

    /** A field that was given as a parameter would be ignored. */
    private static JsonObject fields(RoutingContext request, Buffer body) {
        request.queryParams().names().stream().findFirst().ifPresent(name -> {
            throw new InvalidServiceException(name, "'" + name + "' is no parameter of this request: put it into the body");
        });
        return json(body);
    }

    private static JsonObject json(Buffer body) {
        if (body.length() > MOST_BYTES) {
            throw new InvalidServiceException("body", "the body must not be longer than " + MOST_BYTES + " bytes");
        }
        try {
            return body.length() == 0 ? new JsonObject() : new JsonObject(body);
        } catch (DecodeException | ClassCastException e) {
            throw new InvalidServiceException("body", "the body must be a JSON object");
        }
    }
}
