package io.quarkiverse.lively.runtime.management;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Refuses what the page of another site makes a browser send, with whatever the browser knows of its user. A form cannot send
 * JSON, a script needs leave for it, and a browser says where a page is from. Who may write at all is for the HTTP policies of
 * Quarkus to say.
 */
final class WriteGuard {

    private static final String JSON = "application/json";
    /** Typed by a user, or from a page of this site. */
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

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
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String site = request.getHeader("Sec-Fetch-Site");
        boolean fromElsewhere = origin != null && !origin.equals(request.scheme() + "://" + request.authority())
                || site != null && !OWN_SITE.contains(site);
        return fromElsewhere ? Optional.of(new Refusal(403, "this cannot be asked for by the page of another site"))
                : Optional.empty();
    }
}
