package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/**
 * On a frozen etcd, a process knows that it is not registered any more before its lease can have run out, and it is
 * registered again soon after the thaw.
 */
@ExtendWith(QuietLog.class)
@NeedsProgram("etcd")
class LostBeforeOthersSeeItTest {

    private static final int PROCESSES = 20;
    private static final Duration SLACK = Duration.ofSeconds(2);

    private final EtcdServer etcd = EtcdServer.started();
    private final List<Frozen> processes = IntStream.range(0, PROCESSES).mapToObj(Frozen::new).toList();

    @AfterEach
    void end() {
        processes.forEach(Frozen::close);
        etcd.close();
    }

    @Test
    void itIsLostBeforeTheLeaseRunsOutAndComesBack() {
        await("registered", Duration.ofSeconds(20), () -> processes.stream().allMatch(p -> p.process.isRegistered()));
        etcd.freeze();
        await("all are lost", RealProcess.TTL.plus(SLACK), () -> {
            processes.forEach(Frozen::look);
            return processes.stream().allMatch(p -> p.lostAt != 0);
        });
        etcd.thaw();
        long thawedAt = System.nanoTime();
        await("all are back", Duration.ofMillis(3500).plus(SLACK), () -> {
            processes.forEach(Frozen::look);
            return processes.stream().allMatch(p -> p.backAt != 0);
        });

        assertEquals(PROCESSES, etcd.keys("/services/by-status/UP/").size());
        print("from the last renewal that was answered to LOST, TTL 6000 ms",
                processes.stream().mapToLong(p -> p.lostAt - p.renewedAt));
        print("from the thaw to REGISTERED (promised: 3500 ms)", processes.stream().mapToLong(p -> p.backAt - thawedAt));
        for (Frozen frozen : processes) {
            assertTrue(frozen.lostAt - frozen.renewedAt <= RealProcess.TTL.toNanos(), "known too late");
        }
    }

    private static void print(String what, LongStream nanos) {
        System.out.println(what + ": " + nanos.map(time -> time / 1_000_000).sorted().boxed().toList() + " ms");
    }

    private static void await(String what, Duration limit, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(limit).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10)).until(condition);
    }

    /** A process on the etcd that is frozen, and when what happened to it. */
    private final class Frozen {

        final EtcdConnection connection = RealProcess.connection(etcd);
        final RealProcess process;
        /** When the last request was sent that was answered before it was lost. */
        volatile long renewedAt;
        volatile long lostAt;
        volatile long backAt;

        Frozen(int number) {
            process = new RealProcess(new WatchedEtcd(connection, (lease, sentAt) -> {
                if (lostAt == 0) {
                    renewedAt = sentAt;
                }
            }), number);
        }

        void look() {
            RegistrationState state = process.state();
            if (lostAt == 0 && state == RegistrationState.LOST) {
                lostAt = System.nanoTime();
            } else if (lostAt != 0 && backAt == 0 && state == RegistrationState.REGISTERED) {
                backAt = System.nanoTime();
            }
        }

        void close() {
            process.close();
            connection.close();
        }
    }
}
