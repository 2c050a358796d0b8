package io.quarkiverse.lively.benchmark;

import java.util.function.IntConsumer;

/**
 * One build of Lively in one process, with the values that an application has by default. It is used through types of the JDK
 * only, since each of two builds that are compared has a class loader of its own. The services are those of {@link FleetData}.
 */
public interface Subject extends AutoCloseable {

    /** Asks the registry: a linearizable read. */
    boolean isUp(String uuid);

    /** Asks the registry: a linearizable read. */
    boolean isUp(String type, String host);

    /** Asks the registry for all services. */
    int list();

    /** Registers so many services. Returns once etcd has all of them. */
    void register(int first, int count) throws InterruptedException;

    /** Stops a service that was registered here. Returns once etcd has it. */
    void stop(int number);

    /** Stops services that were registered here. */
    default void stop(int first, int count) {
        for (int i = first; i < first + count; i++) {
            stop(i);
        }
    }

    /** Calls back for each service that goes down. Returns once the subscription is complete. */
    AutoCloseable onDown(Runnable listener) throws InterruptedException;

    /** Gets the same services from a plain map. It is here since it has to be compiled as often as the view is. */
    Reads mapGet(String[] uuids);

    /** Opens a view of all services, on one connection for all views. Returns once it is ready. */
    View view();

    @Override
    void close();

    /** A view of all services. */
    interface View extends AutoCloseable {

        boolean isUp(String uuid);

        /** Asks {@code isUp} for these services; an answer counts one if the service is up. */
        Reads isUp(String[] uuids);

        /** Asks {@code list} for these regions; an answer counts the services of the region. */
        Reads list(String[] regions);

        /** Calls back with the number of changes of each event. Returns once the subscription is complete. */
        AutoCloseable watch(IntConsumer changes) throws InterruptedException;

        @Override
        void close();
    }

    /** Reads in a loop that belongs to one build, so that the compiler of the JVM sees no other build in it. */
    interface Reads {

        /** @return the sum of the answers to so many reads, in an order of chance that begins at this number */
        long run(int first, int calls);
    }
}
