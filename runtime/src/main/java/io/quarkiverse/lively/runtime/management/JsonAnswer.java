package io.quarkiverse.lively.runtime.management;

import java.util.function.Supplier;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.NotRunningException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;

/** Answers in JSON, be it an answer or why there is none. */
final class JsonAnswer {

    private static final Logger LOG = Logger.getLogger(JsonAnswer.class);

    private JsonAnswer() {
    }

    static void to(RoutingContext request, Supplier<Uni<?>> question) {
        Uni.createFrom().<Object> deferred(question).map(Json::encodeToBuffer)
                .subscribe().with(answer -> end(request, 200, answer), failure -> fail(request, failure));
    }

    static void refuse(RoutingContext request, int status, String why) {
        end(request, status, new JsonObject().put("error", why).toBuffer());
    }

    private static void fail(RoutingContext request, Throwable failure) {
        if (failure instanceof InvalidServiceException invalid) {
            end(request, 400,
                    new JsonObject().put("error", invalid.getMessage()).put("field", invalid.field()).toBuffer());
        } else if (failure instanceof HttpException unreadable) {
            refuse(request, unreadable.getStatusCode(), "the query cannot be read");
        } else if (failure instanceof PermissionDeniedException) {
            refuse(request, 403, failure.getMessage());
        } else if (failure instanceof UnknownServiceException) {
            refuse(request, 404, failure.getMessage());
        } else if (failure instanceof StaleRecordException || failure instanceof ServiceConflictException) {
            refuse(request, 409, failure.getMessage());
        } else if (failure instanceof RegistryUnavailableException || failure instanceof NotRunningException) {
            refuse(request, 503, failure.getMessage());
        } else {
            LOG.error("A bug in Lively: the management endpoint has no answer", failure);
            refuse(request, 500, "a bug in Lively; its log says more");
        }
    }

    private static void end(RoutingContext request, int status, Buffer json) {
        if (!request.response().closed()) {
            request.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store").putHeader("X-Content-Type-Options", "nosniff").end(json);
        }
    }
}
