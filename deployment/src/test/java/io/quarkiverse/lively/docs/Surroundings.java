package io.quarkiverse.lively.docs;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import jakarta.inject.Inject;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ReactiveLivenessRegistry;

/** The variables that the Java of the documentation uses without declaring them. A reader can tell what they are. */
public abstract class Surroundings {

    protected final Logger log = Logger.getLogger(getClass());
    protected final Instant tomorrow = Instant.now().plus(1, ChronoUnit.DAYS);
    @Inject
    protected LivenessRegistry registry;
    @Inject
    protected ReactiveLivenessRegistry reactive;
    @Inject
    protected LivenessView view;
    /** The service that a block is about. */
    protected String uuid;
    /** Runs where a block has a comment with an ellipsis. */
    protected Runnable meanwhile = () -> {
    };

    public record Item(String id) {
    }
}
