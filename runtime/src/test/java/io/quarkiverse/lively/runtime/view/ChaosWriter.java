package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;

/** Changes services at random, as any application may change any service. */
final class ChaosWriter {

    private final Dice dice;
    private final Tally tally;
    private final ServiceReader reader;
    private final ServiceWriter writer;
    private final ServiceUpdater updater;

    /**
     * @param ttl of what nobody owns
     */
    ChaosWriter(Etcd etcd, KeyLayout layout, Duration ttl, Dice dice, Tally tally) {
        this.dice = dice;
        this.tally = tally;
        this.reader = new ServiceReader(etcd, layout, Runnable::run);
        this.writer = new ServiceWriter(etcd, layout, new SystemPlatform(), "operator");
        this.updater = new ServiceUpdater(etcd, layout, ttl, writer);
    }

    void change() {
        String uuid = dice.uuid();
        switch (dice.below(10)) {
            case 0 -> tally.attempt("down", () -> writer.down(uuid, Maintenance.of("")).join());
            case 1 -> tally.attempt("maintenance", () -> writer.down(uuid, maintenance()).join());
            case 2, 3 -> tally.attempt("up", () -> writer.up(uuid).join());
            case 4 -> tally.attempt("delete", () -> writer.delete(uuid).join());
            default -> tally.attempt("update", () -> update(uuid));
        }
    }

    private void update(String uuid) {
        Optional<ServiceRecord> found = reader.find(uuid).join();
        ServiceDefinition wanted = found.map(ServiceRecord::toDefinition)
                .orElseGet(() -> ServiceDefinition.of(dice.type(), dice.host(uuid)).withUuid(uuid).withRegion(dice.region()));
        boolean again = dice.oneIn(4);
        if (found.isPresent() && !again) {
            wanted = wanted.withStatus(dice.oneIn(3) ? Status.DOWN : Status.UP);
            if (dice.oneIn(3)) {
                Maintenance maintenance = maintenance();
                // One that has begun is no maintenance of a service that is UP.
                wanted = wanted.withMaintenance(maintenance)
                        .withStatus(maintenance.start().isPresent() ? Status.UP : Status.DOWN);
            }
            if (!found.get().owned()) {
                wanted = wanted.withType(dice.type()).withHost(dice.host(uuid)).withRegion(dice.region());
            }
        }
        updater.update(wanted, found.map(ServiceRecord::revision).orElse(0L)).join();
    }

    /** Now or soon, for a while or until it is lifted. */
    private Maintenance maintenance() {
        Maintenance maintenance = Maintenance.of("n" + dice.below(1_000));
        Instant now = Instant.now();
        if (dice.oneIn(3)) {
            maintenance = maintenance.from(now.plusMillis(1_000 + dice.below(1_000)));
        }
        return dice.oneIn(2) ? maintenance : maintenance.until(now.plusMillis(3_000 + dice.below(1_000)));
    }
}
