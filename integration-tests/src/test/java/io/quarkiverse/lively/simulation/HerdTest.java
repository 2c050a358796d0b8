package io.quarkiverse.lively.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.ForwardingEtcd;
import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.simulation.etcd.EtcdCluster;
import io.quarkiverse.lively.simulation.etcd.Version;

/** A fleet that loses etcd together does not come back together. Each of the processes has a client of its own. */
class HerdTest {

    private static final int PROCESSES = 200;
    private static final Duration TTL = Duration.ofSeconds(5);
    private static final long TENTH = 100_000_000;
    private static final long LOOK = 10_000_000;

    @AutoClose
    private final BugLog log = BugLog.open();
    private final Scheduler scheduler = new Scheduler();
    private final Chance chance = new Chance(1);
    private final EtcdCluster etcd = new EtcdCluster(scheduler, chance.of("etcd"), Version.V3_4, 1);
    private final Network network = new Network(scheduler, etcd, chance.derived("network"), false, 0, new Trace(scheduler, 0));
    private final List<Throwable> bugs = new ArrayList<>();
    private final List<Member> members = IntStream.range(0, PROCESSES).mapToObj(Member::new).toList();

    @Test
    void theySpreadTheirTriesOverASecond() {
        await("all are registered", Duration.ofSeconds(2), () -> all(RegistrationState.REGISTERED));
        etcd.kill(0);
        await("all are lost", TTL, () -> all(RegistrationState.LOST));
        members.forEach(member -> member.firstTry = 0);
        etcd.start(0);
        long start = scheduler.now();
        await("all are back", Duration.ofSeconds(10), () -> all(RegistrationState.REGISTERED));
        System.out.printf("From the restart of etcd to %d processes REGISTERED: %d ms (promised: 10000 ms)%n", PROCESSES,
                (scheduler.now() - start) / 1_000_000);

        long first = firstTries().min().orElseThrow();
        long[] inEachTenth = new long[1 + (int) ((firstTries().max().orElseThrow() - first) / TENTH)];
        firstTries().forEach(at -> inEachTenth[(int) ((at - first) / TENTH)]++);
        System.out.println("Of their first answered tries were, in each 100 ms: "
                + LongStream.of(inEachTenth).mapToObj(Long::toString).collect(Collectors.joining(" ")));
        assertTrue(inEachTenth.length >= 10, "spread over a second");
        assertTrue(LongStream.of(inEachTenth).max().orElseThrow() < PROCESSES / 3, "not all at once");
        assertEquals(List.of(), bugs);
    }

    private LongStream firstTries() {
        return members.stream().mapToLong(member -> member.firstTry);
    }

    private boolean all(RegistrationState state) {
        return members.stream().allMatch(member -> member.registrar.own().state() == state);
    }

    private void await(String what, Duration limit, BooleanSupplier condition) {
        long until = scheduler.now() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(scheduler.now() < until, what);
            long next = scheduler.now() + LOOK;
            while (scheduler.step(next)) {
                // Runs what happens until then.
            }
        }
    }

    /** A process, and when it first asked for its lease with success, in true time. */
    private final class Member {

        final Registrar registrar;
        long firstTry;

        Member(int number) {
            String name = "process-" + number;
            SimulatedProcess process = new SimulatedProcess(name, new Machine(scheduler, name, 0, 1, Duration.ZERO), scheduler,
                    chance.derived(name), bugs::add);
            Setup setup = new Setup(Version.V3_4, 1, false, false, TTL, TTL, Duration.ZERO, 1, List.of());
            EtcdConnection connection = SimulatedClient.connection(process, network, SimulatedClient.settings(setup),
                    new ArrayList<>());
            KeyLayout layout = new KeyLayout("");
            ServiceIdentity identity = new ServiceIdentity(layout.uuidOf("herd", name), "herd", name, "default");
            registrar = new Registrar(new ForwardingEtcd(connection) {
                @Override
                public CompletableFuture<Lease> grantLease(Duration ttl) {
                    return noted(scheduler.now(), super.grantLease(ttl));
                }

                @Override
                public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
                    return noted(scheduler.now(), super.renewLease(id, deadline));
                }
            }, layout, process.worker("lively"), process, new Registrar.Settings(true, identity, TTL, TTL, "1", Map.of(),
                    OnConflict.TAKEOVER, false, false), change -> {
                    });
            registrar.serve(Optional.empty());
        }

        private CompletableFuture<Etcd.Lease> noted(long sentAt, CompletableFuture<Etcd.Lease> answer) {
            return answer.whenComplete((lease, failure) -> {
                if (failure == null && firstTry == 0) {
                    firstTry = sentAt;
                }
            });
        }
    }
}
