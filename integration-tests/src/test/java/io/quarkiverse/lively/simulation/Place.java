package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.registration.Inheritance;

/** A machine on which one process runs at a time, again and again. */
final class Place {

    /** Far more than a real clock: the margin of a lease is for it. */
    static final double MOST_DRIFT = 0.015;

    private final World world;
    private final Setup.ProcessSetup setup;
    private final Machine machine;
    private final Chance chance;
    private int starts;
    /** Null if none runs. */
    private SimulatedApplication application;
    /** Goes on without its application, which has stopped for good. */
    private Optional<SimulatedProcess> idle = Optional.empty();

    Place(World world, Setup.ProcessSetup setup) {
        this.world = world;
        this.setup = setup;
        this.chance = world.chance().derived(setup.name());
        RandomGenerator random = chance.of("machine");
        this.machine = new Machine(world.scheduler(), setup.name(), random.nextLong(1L << 60),
                1 - MOST_DRIFT + 2 * MOST_DRIFT * random.nextDouble(), setup.skew());
    }

    Setup.ProcessSetup setup() {
        return setup;
    }

    Machine machine() {
        return machine;
    }

    Optional<SimulatedApplication> application() {
        return Optional.ofNullable(application);
    }

    /** That runs and can be asked to do something. */
    Optional<SimulatedApplication> running() {
        return application().filter(running -> running.process().isRunning() && !running.isStopping());
    }

    /** The address and the port that its process publishes. */
    Endpoint endpoint() {
        return new Endpoint("10.0.0." + (setup.number() + 1), 8080, false);
    }

    /** Starts a process, unless one runs. */
    void start() {
        if (application == null) {
            String name = setup.name() + "." + ++starts;
            SimulatedProcess process = new SimulatedProcess(name, machine, world.scheduler(), chance.derived(name),
                    bug -> world.bug(name, bug));
            start(process, Optional.empty());
        }
    }

    private void start(SimulatedProcess process, Optional<Inheritance> inheritance) {
        application = new SimulatedApplication(world, this, process, inheritance);
        world.note(process.name(), "starts", inheritance.isPresent() ? 1 : 0, () -> setup.toString());
        world.forEachCheck(check -> check.started(application));
        application.start();
    }

    /** Ends the process at once, whatever it does. */
    void crash() {
        SimulatedApplication ending = application;
        if (ending != null) {
            world.note(ending.process().name(), "crashes", 0, () -> "");
            application = null;
            ending.process().kill();
            world.forEachCheck(check -> check.ended(ending));
        }
    }

    /** The process whose application has stopped at the end of the run. */
    Optional<SimulatedProcess> idle() {
        return idle;
    }

    /** Stops the application as Quarkus does, and ends the process then. */
    void stop(Runnable then) {
        stopApplication(process -> {
            process.kill();
            then.run();
        });
    }

    /** Stops the application, and leaves its process to itself, so that it shows what the application has left. */
    void stopForGood() {
        stopApplication(process -> idle = Optional.of(process));
    }

    private void stopApplication(Consumer<SimulatedProcess> then) {
        running().ifPresent(stopping -> stopping.stop(false, left -> {
            if (application == stopping) {
                application = null;
                world.forEachCheck(check -> check.ended(stopping));
                then.accept(stopping.process());
            }
        }));
    }

    /** As dev mode does: the application stops and starts again in the same process. */
    void reload() {
        running().ifPresent(stopping -> stopping.stop(true, left -> {
            if (application == stopping) {
                application = null;
                world.forEachCheck(check -> check.ended(stopping));
                start(stopping.process(), left);
            }
        }));
    }

    void pause(Duration time, boolean suspended) {
        running().ifPresent(pausing -> {
            world.note(pausing.process().name(), suspended ? "is suspended" : "is paused", time.toMillis(),
                    () -> time.toMillis() + " ms");
            pausing.process().pause();
            world.untilHealed(time, () -> {
                world.note(pausing.process().name(), "goes on", 0, () -> "");
                pausing.process().resume(suspended);
            });
        });
    }
}
