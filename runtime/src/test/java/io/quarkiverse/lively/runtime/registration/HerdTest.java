package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** A fleet that loses etcd together does not come back together. Each of the processes has a client of its own. */
@ExtendWith(QuietLog.class)
@NeedsProgram("etcd")
class HerdTest {

    private static final int PROCESSES = 200;
    private static final Duration SLACK = Duration.ofSeconds(2);

    private final EtcdServer etcd = EtcdServer.started();
    private final List<Member> members = IntStream.range(0, PROCESSES).mapToObj(Member::new).toList();

    @AfterEach
    void end() {
        members.forEach(Member::close);
        etcd.close();
    }

    @Test
    void theySpreadTheirTriesOverASecond() {
        await("all are registered", Duration.ofSeconds(60), true);
        etcd.kill();
        await("all are lost", RealProcess.TTL.plus(SLACK), false);
        members.forEach(member -> member.firstTry = 0);
        etcd.start();
        long start = System.nanoTime();
        await("all are back", Duration.ofSeconds(10).plus(SLACK), true);
        System.out.printf("From the restart of etcd to %d processes REGISTERED: %d ms (promised: 10000 ms)%n", PROCESSES,
                (System.nanoTime() - start) / 1_000_000);

        long first = firstTries().min().orElseThrow();
        long[] inEach100Millis = new long[1 + (int) ((firstTries().max().orElseThrow() - first) / 100_000_000)];
        firstTries().forEach(at -> inEach100Millis[(int) ((at - first) / 100_000_000)]++);
        System.out.println("Of their first answered tries were, in each 100 ms: "
                + LongStream.of(inEach100Millis).mapToObj(Long::toString).collect(Collectors.joining(" ")));
        assertTrue(inEach100Millis.length >= 10, "spread over a second");
        assertTrue(LongStream.of(inEach100Millis).max().orElseThrow() < PROCESSES / 3, "not all at once");
        assertEquals(PROCESSES, etcd.keys("/services/by-status/UP/").size());
    }

    private LongStream firstTries() {
        return members.stream().mapToLong(member -> member.firstTry);
    }

    private void await(String what, Duration limit, boolean registered) {
        Awaitility.await(what).atMost(limit).pollInterval(Duration.ofMillis(10))
                .until(() -> members.stream().allMatch(member -> member.process.isRegistered() == registered));
    }

    /** A process, and when it first asked for its lease with success. */
    private final class Member {

        final EtcdConnection connection = RealProcess.connection(etcd);
        final RealProcess process;
        volatile long firstTry;

        Member(int number) {
            process = new RealProcess(new WatchedEtcd(connection, (lease, sentAt) -> {
                if (firstTry == 0) {
                    firstTry = sentAt;
                }
            }), number);
        }

        void close() {
            process.close();
            connection.close();
        }
    }
}
