package io.quarkiverse.lively.docs;

import java.time.Instant;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ReactiveLivenessRegistry;

/** What the Java of the documentation uses without saying where it comes from: a reader can tell. */
public abstract class Surroundings {

    protected LivenessRegistry registry;
    protected ReactiveLivenessRegistry reactive;
    protected LivenessView view;
    protected Logger log;
    protected String uuid;
    protected Instant tomorrow;

    public record Item(String id) {
    }
}
