package io.quarkiverse.lively.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;

/** As many leases as that many processes have, each with its services, in one process and on one connection. */
final class LeaseHolders implements AutoCloseable {

    static final String READY = "ready";

    private final EtcdConnection etcd;
    private final Platform platform = new SystemPlatform();
    private final Worker worker = platform.worker("lively");
    private final List<Registrar> registrars = new ArrayList<>();

    /**
     * Returns once all is registered.
     *
     * @param first the number of the first service
     */
    LeaseHolders(String url, FleetData fleet, Duration ttl, int first, int leases, int servicesALease)
            throws InterruptedException {
        Configured.anyThreadMayBlock();
        etcd = Node.connect(url, platform);
        CountDownLatch registered = new CountDownLatch(leases * servicesALease);
        for (int lease = 0; lease < leases; lease++) {
            Registrar registrar = new Registrar(etcd, fleet.layout(), worker, platform,
                    Node.registrar(fleet.layout(), "holder", ttl, false), change -> {
                        if (change.current() == RegistrationState.REGISTERED) {
                            registered.countDown();
                        }
                    });
            registrars.add(registrar);
            for (int i = 0; i < servicesALease; i++) {
                registrar.register(fleet.definition(first + lease * servicesALease + i));
            }
        }
        if (!registered.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(registered.getCount() + " services are not registered after a minute");
        }
    }

    /** A process that is to be killed. Its arguments: etcd, TTL in seconds, the first service, leases. */
    public static void main(String[] arguments) throws Exception {
        Benchmarks.quiet();
        new LeaseHolders(arguments[0], FleetData.in(""), Duration.ofSeconds(Long.parseLong(arguments[1])),
                Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), 1);
        // So that a crash meets the leases at any age.
        Thread.sleep(Long.parseLong(arguments[1]) * 1000 / 3 + new Random().nextInt(1000));
        System.out.println(READY);
        Thread.sleep(Long.MAX_VALUE);
    }

    @Override
    public void close() {
        registrars.forEach(registrar -> registrar.stop(Duration.ofSeconds(5)).exceptionally(failure -> null).join());
        registrars.forEach(registrar -> registrar.close().exceptionally(failure -> null).join());
        etcd.close();
        worker.close();
    }
}
