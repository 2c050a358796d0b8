package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** An etcd of which too few members are left to elect a leader is lost, and the application back once enough are back. */
@NeedsProgram("etcd")
class LeaderlessEtcdIT {

    private final List<EtcdServer> members = EtcdServer.startedCluster(3);

    @AfterEach
    void end() {
        members.forEach(EtcdServer::close);
    }

    @Test
    void itIsLostUntilThereIsALeaderAgain() {
        String endpoints = members.stream().map(EtcdServer::url).collect(Collectors.joining(","));
        EtcdServer last = members.get(0);
        List<EtcdServer> others = members.subList(1, members.size());
        try (DemoProcess demo = DemoProcess.start(last, "-Dquarkus.lively.etcd.endpoints=" + endpoints).awaitRegistered()) {
            String uuid = demo.uuid();
            others.forEach(EtcdServer::kill);
            Measured killed = Measured.fromNow();
            // A leader that is left alone renews leases until it notices, one election timeout later.
            killed.await("from the death of two members to LOST, TTL 5 s", DemoProcess.TTL.plusSeconds(1),
                    () -> "LOST".equals(demo.state()));
            System.out.println(demo.state() + ": " + demo.reason());
            assertTrue(demo.reason().contains("cannot be reached"), demo.reason());

            others.forEach(EtcdServer::launch);
            others.forEach(EtcdServer::awaitAnswer);
            Measured back = Measured.fromNow();
            back.await("from the return of the members to REGISTERED, TTL 5 s", DemoProcess.TTL,
                    () -> "REGISTERED".equals(demo.state()));
            assertTrue(last.keys("/services/by-status/UP/").contains("/services/by-status/UP/" + uuid));
        }
    }
}
