package io.quarkiverse.lively.job;

import jakarta.inject.Inject;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Ends at once, or with {@code work} once it has seen itself in the registry. */
@QuarkusMain
public class Job implements QuarkusApplication {

    @Inject
    LivenessRegistry registry;

    @Override
    public int run(String... arguments) throws InterruptedException {
        int exitCode = arguments.length == 0 ? 4 : work();
        System.out.println("RETURNS AT " + System.currentTimeMillis());
        return exitCode;
    }

    private int work() throws InterruptedException {
        while (registry.registration().state() != RegistrationState.REGISTERED) {
            Thread.sleep(10);
        }
        ServiceRecord self = registry.find(registry.registration().record().uuid()).orElseThrow();
        System.out.println("SEES " + self.type() + " " + self.liveness() + " " + self.endpoint());
        return 3;
    }
}
