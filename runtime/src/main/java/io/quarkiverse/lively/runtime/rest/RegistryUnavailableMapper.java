package io.quarkiverse.lively.runtime.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.RegistryUnavailableException;

/**
 * Answers a request with 503 if the resource could not ask the registry. The answer does not have the message of the exception,
 * which names members of etcd. A mapper of the application for this exception has priority.
 */
public class RegistryUnavailableMapper implements ExceptionMapper<RegistryUnavailableException> {

    private static final Logger LOG = Logger.getLogger(RegistryUnavailableMapper.class);

    /** The longest pause between two attempts of Lively to reach etcd. */
    private static final int RETRY_AFTER_SECONDS = 5;

    @Override
    public Response toResponse(RegistryUnavailableException failure) {
        LOG.debug("Answered with 503", failure);
        return Response.status(Response.Status.SERVICE_UNAVAILABLE).header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .type(MediaType.TEXT_PLAIN_TYPE).entity("The service registry is unavailable").build();
    }
}
