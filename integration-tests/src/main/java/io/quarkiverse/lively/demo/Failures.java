package io.quarkiverse.lively.demo;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;

import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.RegistryUnavailableException;

/** What the failures of Lively are in HTTP. */
class Failures {

    @ServerExceptionMapper
    Response invalid(InvalidServiceException e) {
        return text(Status.BAD_REQUEST, e.field() + ": " + e.getMessage());
    }

    @ServerExceptionMapper
    Response unavailable(RegistryUnavailableException e) {
        return text(Status.SERVICE_UNAVAILABLE, e.getMessage());
    }

    private static Response text(Status status, String message) {
        return Response.status(status).type(MediaType.TEXT_PLAIN_TYPE).entity(message).build();
    }
}
