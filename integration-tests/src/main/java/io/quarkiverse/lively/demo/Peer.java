package io.quarkiverse.lively.demo;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

import io.smallrye.mutiny.Uni;

/** Another application of the same type, whichever is up. Stork chooses one for each call. */
@RegisterRestClient(baseUri = "stork://peers")
public interface Peer {

    @GET
    @Path("/self")
    Uni<SelfResource.Self> self();
}
