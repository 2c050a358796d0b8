package io.quarkiverse.lively.demo;

import java.util.Objects;
import java.util.stream.Collectors;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;

import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.UnknownServiceException;
import io.smallrye.stork.api.NoServiceInstanceFoundException;

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
    Response denied(PermissionDeniedException e) {
        return text(Status.FORBIDDEN, e.getMessage());
    }

    @ServerExceptionMapper
    Response noPeer(NoServiceInstanceFoundException e) {
        return text(Status.SERVICE_UNAVAILABLE, e.getMessage());
    }

    @ServerExceptionMapper
    Response unreadable(MismatchedInputException e) {
        String field = e.getPath().stream().map(JsonMappingException.Reference::getFieldName).filter(Objects::nonNull)
                .collect(Collectors.joining("."));
        return text(Status.BAD_REQUEST, (field.isEmpty() ? "body" : field) + ": " + e.getOriginalMessage());
    }

    /** Of what failed in reading a request, the cause says more. */
    @ServerExceptionMapper
    Response notJson(WebApplicationException e) {
        return e.getCause() instanceof JsonProcessingException cause
                ? text(Status.BAD_REQUEST, "body: not JSON: " + cause.getOriginalMessage())
                : e.getResponse();
    }

    private static Response text(Status status, String message) {
        return Response.status(status).type(MediaType.TEXT_PLAIN_TYPE).entity(message).build();
    }
}
