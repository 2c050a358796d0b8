package io.quarkiverse.lively.demo;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import org.eclipse.microprofile.rest.client.inject.RestClient;

import io.smallrye.mutiny.Uni;

/** Asks one of the applications of this type, by turns, who it is. */
@Path("/peers")
public class PeersResource {

    private final Peer peer;

    PeersResource(@RestClient Peer peer) {
        this.peer = peer;
    }

    @GET
    @Path("/ask")
    public Uni<SelfResource.Self> ask() {
        return peer.self();
    }
}
