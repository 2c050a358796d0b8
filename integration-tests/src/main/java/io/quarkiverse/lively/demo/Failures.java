package io.quarkiverse.lively.demo;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;

import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.UnknownServiceException;

/** What the failures of Lively are in HTTP. */
class Failures {

    @ServerExceptionMapper
    Response invalid(InvalidServiceException e) {
        return text(Status.BAD_REQUEST, e.field() + ": " + e.getMessage());
    }

    @ServerExceptionMapper
    Response unknown(UnknownServiceException e) {
        return text(Status.NOT_FOUND, e.getMessage());
    }

    @ServerExceptionMapper
    Response stale(StaleRecordException e) {
        return text(Status.CONFLICT, e.getMessage());
    }

    @ServerExceptionMapper
    Response conflict(ServiceConflictException e) {
        return text(Status.CONFLICT, e.getMessage());
    }

    @ServerExceptionMapper
    Response unavailable(RegistryUnavailableException e) {
        return text(Status.SERVICE_UNAVAILABLE, e.getMessage());
    }

    private static Response text(Status status, String message) {
        return Response.status(status).type(MediaType.TEXT_PLAIN_TYPE).entity(message).build();
    }
}
