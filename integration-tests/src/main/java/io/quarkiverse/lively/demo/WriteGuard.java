package io.quarkiverse.lively.demo;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;

import org.jboss.resteasy.reactive.server.ServerRequestFilter;

import io.vertx.core.http.HttpServerRequest;

/**
 * Whoever can reach the demo may look, but only who is on this machine may write, and no page of another site for him: a
 * browser says where a page is from, and asks for this machine by its own name.
 */
class WriteGuard {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    @ServerRequestFilter
    Optional<Response> guard(ContainerRequestContext request, HttpServerRequest http) {
        if (SAFE.contains(request.getMethod())) {
            return Optional.empty();
        }
        if (!isLoopback(http.remoteAddress().hostAddress())) {
            return forbidden("the demo can be written to from this machine only");
        }
        URI target = request.getUriInfo().getBaseUri();
        String origin = request.getHeaderString("Origin");
        boolean fromElsewhere = origin != null && !origin.equals(target.getScheme() + "://" + target.getAuthority());
        if (fromElsewhere || target.getHost() == null || !NAMES.contains(target.getHost())) {
            return forbidden("the demo cannot be written to from the page of another site");
        }
        return Optional.empty();
    }

    private static boolean isLoopback(String address) {
        try {
            // It is an address, so no name is looked up.
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Optional<Response> forbidden(String why) {
        return Optional.of(Response.status(Status.FORBIDDEN).type(MediaType.TEXT_PLAIN_TYPE).entity(why).build());
    }
}
