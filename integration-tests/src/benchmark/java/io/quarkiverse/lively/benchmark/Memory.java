package io.quarkiverse.lively.benchmark;

import java.util.stream.LongStream;

import io.quarkiverse.lively.test.EtcdServer;

/** What a view keeps in memory. */
final class Memory implements Experiment {

    private static final int LIMIT_BYTES = 400;

    @Override
    public Findings run(Scale scale) throws Exception {
        // The larger the fleet, the less it matters what else comes and goes meanwhile.
        int services = scale.most();
        FleetData fleet = FleetData.in("");
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "8589934592");
                RawEtcd raw = new RawEtcd(etcd.url())) {
            fleet.write(raw, services);
            double[] bytes = new double[scale.repetitions()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = bytesAService(etcd, fleet, services);
            }
            Figure figure = Figure.of(bytes);
            return Findings.of(Line.absolute("memory a service in the view of %,d, beyond its characters".formatted(services),
                    figure, figure.median(), "bytes",
                    "heap after a collection, less the characters of uuid, host and address", Bar.atMost(LIMIT_BYTES)));
        }
    }

    /** By a connection of its own, since a connection remembers its last watch, and so the view before. */
    private static double bytesAService(EtcdServer etcd, FleetData fleet, int services) throws InterruptedException {
        long before = heap();
        try (Views views = new Views(etcd.url()); Views.Open opened = views.open(fleet.layout())) {
            long after = heap();
            RemoteReads.present(opened.view().isUp(fleet.uuid(0)));
            long characters = LongStream.range(0, services).map(i -> fleet.characters((int) i)).sum();
            return (after - before - characters) / (double) services;
        }
    }

    private static long heap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
