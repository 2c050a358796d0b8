package io.quarkiverse.lively.benchmark;

import org.apache.curator.test.TestingServer;
import org.apache.curator.x.discovery.ServiceDiscovery;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.test.EtcdServer;

/** What the registry is asked, against the cheapest linearizable question there is. */
final class RemoteReads implements Experiment {

    private static final int SERVICES = 1_000;

    @Override
    public Findings run(Scale scale) throws Exception {
        FleetData fleet = FleetData.in("");
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                Node node = new Node(etcd.url(), "");
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
            LivenessRegistry registry = node.registry();
            ServiceDiscovery<Void> discovery = curator.discovery();
            Turns turns = new Turns()
                    .side("raw", round -> Turns.each(scale.calls(), i -> present(raw.get(keys[i % SERVICES]).getCount() == 1)))
                    .side("uuid", round -> Turns.each(scale.calls(), i -> present(registry.isUp(uuids[i % SERVICES]))))
                    .side("name", round -> Turns.each(scale.calls(),
                            i -> present(registry.isUp(types[i % SERVICES], hosts[i % SERVICES]))))
                    .side("curator", round -> Turns.each(scale.calls(),
                            i -> present(discovery.queryForInstance(CuratorPeer.NAME, uuids[i % SERVICES]) != null)))
                    .run(5, 2 * scale.repetitions() + 1);
            Figure limit = turns.figure("raw");
            return Findings.of(
                    Line.ratio("isUp(uuid), linearizable", turns.figure("uuid"), "raw linearizable range", limit, "us", 1e3,
                            Bar.atMost(1.15)),
                    Line.ratio("isUp(type, host), steady state", turns.figure("name"), "raw linearizable range", limit, "us",
                            1e3, Bar.atMost(1.25)),
                    Line.ratio("isUp(uuid), linearizable", turns.figure("uuid"), "Curator queryForInstance",
                            turns.figure("curator"), "us", 1e3, null));
        }
    }

    /** Nobody measures wrong answers. */
    static void present(boolean isThere) {
        if (!isThere) {
            throw new IllegalStateException("A service that is UP was not found");
        }
    }
}
