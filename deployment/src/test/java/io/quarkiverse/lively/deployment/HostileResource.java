package io.quarkiverse.lively.deployment;

import java.util.Map;

import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.ServiceDefinition;

/** Registers a service whose names and metadata would like to be markup, or to look like other ones. */
@Path("/hostile")
public class HostileResource {

    static final String SCRIPT = "<img src=x onerror='window.forged=true'>";
    static final String TYPE = "<script>window.forged=true<script>";
    /** Turns around what follows it. */
    static final String HOST = "\u202e1tsoh";

    @Inject
    LivenessRegistry registry;

    @POST
    public void register() {
        registry.register(ServiceDefinition.of(TYPE, HOST).withRegion(SCRIPT)
                .withMetadata(Map.of("\" onmouseover=\"window.forged=true", SCRIPT)));
    }
}
