package io.quarkiverse.lively.demo.faults;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;

import io.quarkiverse.lively.test.EtcdServer;

/** The members of one etcd. */
record Members(List<EtcdServer> all) implements AutoCloseable {

    /** The only one; of several, the first. */
    EtcdServer one() {
        return all.get(0);
    }

    EtcdServer leader() {
        return all.stream().filter(EtcdServer::isLeader).findFirst().orElseThrow();
    }

    EtcdServer follower() {
        return all.stream().filter(member -> !member.isLeader()).findFirst().orElseThrow();
    }

    List<EtcdServer> without(EtcdServer one) {
        return all.stream().filter(member -> member != one).toList();
    }

    /** Waits until those without that one have a leader, that is another one. */
    EtcdServer awaitLeaderBeside(EtcdServer gone) {
        return Awaitility.await("another leader").atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> without(gone).stream().filter(EtcdServer::isLeader).findFirst().orElse(null),
                        leader -> leader != null);
    }

    @Override
    public void close() {
        all.forEach(EtcdServer::close);
    }
}
