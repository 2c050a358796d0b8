package io.quarkiverse.lively.demo;

import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;

/** Says where the front page is, once there is something to be seen on it. */
@ApplicationScoped
public class FrontPage {

    private static final Logger LOG = Logger.getLogger(FrontPage.class);

    private final AtomicBoolean said = new AtomicBoolean();

    void changed(@Observes RegistrationChange change) {
        if (change.own() && change.current() == RegistrationState.REGISTERED) {
            change.registration().record().endpoint().filter(endpoint -> said.compareAndSet(false, true))
                    .ifPresent(
                            endpoint -> LOG.infof("Open http://%s:%d/ to see the fleet", endpoint.address(), endpoint.port()));
        }
    }
}
