package io.quarkiverse.lively.runtime.management;

import java.util.Locale;
import java.util.Optional;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Refuses what the page of any site makes a browser send, with whatever the browser knows of its user: writes are for tools. A
 * form cannot send JSON, and a browser says that a page sends it. Not even a page that seems to be from here is trusted: with a
 * name that first led elsewhere, one of another site does (DNS rebinding). Who may write at all is for the HTTP policies of
 * Quarkus to say.
 */
final class WriteGuard {

    private static final String JSON = "application/json";
    private static final String SITE = "Sec-Fetch-Site";

    /** @param status of HTTP */
    record Refusal(int status, String why) {
    }

    private WriteGuard() {
    }

    static Optional<Refusal> check(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !type.split(";")[0].strip().toLowerCase(Locale.ROOT).equals(JSON)) {
            return Optional.of(new Refusal(415, "send Content-Type: " + JSON));
        }
        boolean fromPage = request.headers().contains(HttpHeaders.ORIGIN) || request.headers().contains(SITE);
        return fromPage ? Optional.of(new Refusal(403, "this cannot be asked for by the page of a site")) : Optional.empty();
    }
}
