package io.quarkiverse.lively.deployment;

import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Counts in a system property how often it is polled, as a reload leaves nothing else. */
@Path("/polled")
public class PolledResource {

    private static final String VERSION = "before";

    @GET
    public String version() {
        return VERSION;
    }

    @Readiness
    @Singleton
    public static class Check implements HealthCheck {

        @Override
        public HealthCheckResponse call() {
            String polls = "lively.test.polls." + VERSION;
            System.setProperty(polls, Integer.toString(Integer.getInteger(polls, 0) + 1));
            return HealthCheckResponse.up("polled");
        }
    }
}
