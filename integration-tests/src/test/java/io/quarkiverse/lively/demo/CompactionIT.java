package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** An application does not need the past of etcd, neither while it runs nor after it lost etcd for a while. */
@NeedsProgram("etcd")
@Execution(ExecutionMode.CONCURRENT)
class CompactionIT {

    @Test
    void theRegistrationOutlivesIt() {
        try (EtcdServer etcd = EtcdServer.started(); DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            List<String> keys = etcd.keys("/services/");
            forgetThePast(etcd);
            isStillHeard("after a compaction", etcd, keys);
            assertEquals("REGISTERED", demo.state());

            etcd.kill();
            Measured killed = Measured.fromNow();
            killed.await("from a dead etcd to LOST, TTL 5 s", DemoProcess.TTL, () -> "LOST".equals(demo.state()));
            // It must not be back before the past is gone.
            demo.freeze();
            etcd.start();
            forgetThePast(etcd);
            demo.thaw();
            Measured back = Measured.fromNow();
            back.await("from the return of a compacted etcd to REGISTERED, TTL 5 s", DemoProcess.TTL,
                    () -> "REGISTERED".equals(demo.state()) && keys.equals(etcd.keys("/services/")));
            isStillHeard("after compaction and restart", etcd, keys);
        }
    }

    private static void forgetThePast(EtcdServer etcd) {
        etcd.keys().put("/elsewhere", "1");
        etcd.keys().put("/elsewhere", "2");
        etcd.compact();
    }

    private static void isStillHeard(String when, EtcdServer etcd, List<String> keys) {
        etcd.keys().delete("/services/by-owner/");
        Measured deleted = Measured.fromNow();
        deleted.await("from a deletion to all keys back, " + when, Duration.ofSeconds(1),
                () -> keys.equals(etcd.keys("/services/")));
    }
}
