package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.FakeWorker;

/**
 * A small fleet with something of everything that is kept in etcd, at fixed times and with fixed names: the bytes are always
 * the same, as long as Lively writes the same.
 */
final class GoldenFleet {

    private static final Duration TTL = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    final FakeWorker worker = new FakeWorker();
    final FakeEtcd etcd = new FakeEtcd(worker);
    final KeyLayout layout = new KeyLayout("");
    private final Instant start = worker.now();

    /** What the first round knew. */
    GoldenFleet() {
        process(1, Map.of("zone", "a", "version", "2"));
        process(2, Map.of()).notReady("the database is away");
        process(3, Map.of());
        operator().down(uuid(3), Maintenance.of("Failed disk").until(start.plus(Duration.ofDays(1))));
        process(4, Map.of());
        operator().down(uuid(4), Maintenance.of("New kernel").from(start.plus(Duration.ofDays(1)))
                .until(start.plus(Duration.ofDays(2))));
        process(5, Map.of()).stop(STOP_TIMEOUT);
        process(6, Map.of());
        operator().down(uuid(6), Maintenance.of("By mistake"));
        worker.pass(Duration.ofSeconds(1));
        operator().up(uuid(6));
        Registrar dying = process(7, Map.of("zone", "b"));
        worker.pass(Duration.ofSeconds(1));
        dying.own().abandoning();
        process(8, Map.of());
        start(8, 18, Map.of(), 8089);
        worker.pass(Duration.ofSeconds(1));
    }

    /** The key of each value, and both as they are stored. */
    Map<String, String> keys() {
        Map<String, String> keys = new TreeMap<>();
        etcd.keys().forEach(key -> keys.put(key,
                HexFormat.of().formatHex(etcd.get(ByteString.copyFromUtf8(key)).value().toByteArray())));
        return keys;
    }

    static String uuid(int number) {
        return "00000000-0000-4000-8000-00000000000" + number;
    }

    static String incarnation(int number) {
        return String.format("%08x-1111-4222-8333-444444444444", 0xabc00000L + number);
    }

    ServiceWriter operator() {
        return new ServiceWriter(etcd, layout, platform(99), "console@desk");
    }

    Registrar process(int number, Map<String, String> metadata) {
        return start(number, number, metadata, 8080);
    }

    Registrar start(int number, int incarnation, Map<String, String> metadata, int port) {
        Registrar process = new Registrar(etcd, layout, worker,
                platform(incarnation),
                new Registrar.Settings(true, new ServiceIdentity(uuid(number), "inventory", "host-" + number, "eu-west"), TTL,
                        STOP_TIMEOUT, "1.0", metadata, OnConflict.TAKEOVER, false, false),
                change -> {
                });
        process.start();
        process.serve(Optional.of(new Endpoint("10.0.0." + number, port, number % 2 == 0)));
        return process;
    }

    private FakePlatform platform(int number) {
        return new FakePlatform(worker, Runnable::run, number, () -> UUID.fromString(incarnation(number)));
    }
}
