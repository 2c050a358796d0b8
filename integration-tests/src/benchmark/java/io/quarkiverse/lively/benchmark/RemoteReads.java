package io.quarkiverse.lively.benchmark;

import java.util.Map;

import org.apache.curator.test.TestingServer;
import org.apache.curator.x.discovery.ServiceDiscovery;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.test.EtcdServer;

/** Reads of the registry, against the cheapest linearizable read there is. */
final class RemoteReads implements Experiment {

    private static final int SERVICES = 1_000;
    private static final Shown MICROS = new Shown("us", 1e3);

    @Override
    public Findings run(Run run) throws Exception {
        FleetData fleet = FleetData.in("");
        int calls = run.scale().calls();
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                Builds.Subjects subjects = run.builds().open(etcd.url(), "");
                TestingServer zookeeper = new TestingServer();
                CuratorPeer curator = new CuratorPeer(zookeeper.getConnectString())) {
            fleet.write(raw, SERVICES);
            ByteString[] keys = new ByteString[SERVICES];
            String[] uuids = new String[SERVICES];
            String[] types = new String[SERVICES];
            String[] hosts = new String[SERVICES];
            for (int i = 0; i < SERVICES; i++) {
                uuids[i] = fleet.uuid(i);
                keys[i] = fleet.layout().service(uuids[i]);
                types[i] = fleet.type(i);
                hosts[i] = fleet.host(i);
                curator.discovery().registerService(CuratorPeer.instance(uuids[i]));
            }
            ServiceDiscovery<Void> discovery = curator.discovery();
            Turns turns = run.turns()
                    .side("raw", (meter, round) -> meter.each(calls,
                            i -> present(raw.get(keys[service(round, calls, i)]).getCount() == 1)))
                    .side(CuratorPeer.SIDE, (meter, round) -> meter.each(calls, i -> present(
                            discovery.queryForInstance(CuratorPeer.NAME, uuids[service(round, calls, i)]) != null)));
            for (Map.Entry<String, Subject> each : subjects.byName().entrySet()) {
                Subject subject = each.getValue();
                turns.side("uuid" + each.getKey(), (meter, round) -> meter.each(calls,
                        i -> present(subject.isUp(uuids[service(round, calls, i)]))));
                turns.side("name" + each.getKey(), (meter, round) -> meter.each(calls,
                        i -> present(subject.isUp(types[service(round, calls, i)], hosts[service(round, calls, i)]))));
            }
            turns.compare(Comparison.ratio("isUp(uuid), linearizable", "uuid", "raw linearizable range", "raw", MICROS,
                    Bar.atMost(1.15)))
                    .compare(Comparison.ratio("isUp(type, host), steady state", "name", "raw linearizable range", "raw", MICROS,
                            Bar.atMost(1.25)))
                    .compare(Comparison.ratio("isUp(uuid), linearizable", "uuid", "Curator queryForInstance", CuratorPeer.SIDE,
                            MICROS, null));
            return Findings.of(run.measure(turns, etcd.url(), 20, 25).lines());
        }
    }

    private static int service(int round, int calls, int call) {
        return (round * calls + call) % SERVICES;
    }

    /** Wrong answers are not measured. */
    static void present(boolean isThere) {
        if (!isThere) {
            throw new IllegalStateException("A service that is UP was not found");
        }
    }
}
