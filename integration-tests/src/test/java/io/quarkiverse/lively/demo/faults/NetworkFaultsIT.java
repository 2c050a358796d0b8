package io.quarkiverse.lively.demo.faults;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdProgram;
import io.quarkiverse.lively.test.EtcdServer;

/** What befalls the network between a fleet and an etcd of three members. All of it is in the long form only. */
class NetworkFaultsIT extends Faults {

    @Override
    Scene scene(EtcdProgram program) {
        return new Scene(form, new Members(EtcdServer.startedCluster(program, 3)), true);
    }

    @Test
    @Tag(LONG)
    void resets() {
        make("All connections are reset every two seconds for a minute", trial -> {
            trial.crash();
            for (int i = 0; i < 30; i++) {
                scene().allDoors().forEach(CutProxy::reset);
                trial.last(Duration.ofSeconds(2));
            }
            trial.registeredWithin(scene().ttl());
        });
    }

    @Test
    @Tag(LONG)
    void halfClose() {
        make("All connections are closed on one side, and new ones work", trial -> {
            trial.crash();
            scene().allDoors().forEach(CutProxy::halfClose);
            trial.registeredWithin(scene().ttl());
        });
    }

    @Test
    @Tag(LONG)
    void latency() {
        make("Everything comes 300 ms later, for five TTLs", trial -> {
            scene().allDoors().forEach(door -> door.delay(Duration.ofMillis(300)));
            trial.withheld(Duration.ofMillis(300));
            trial.crash();
            trial.last(scene().ttl().multipliedBy(5));
            trial.registeredWithin(scene().ttl());
            trial.nobodyIsShownDown();
            scene().allDoors().forEach(door -> door.delay(Duration.ZERO));
        });
    }

    @Test
    @Tag(LONG)
    void refused() {
        make("A member refuses all connections, for four TTLs", trial -> {
            CutProxy door = scene().doorInUse();
            trial.crash();
            door.refuse();
            trial.registeredWithin(scene().ttl());
            trial.last(scene().ttl().multipliedBy(4));
            trial.nobodyIsShownDown();
            door.acceptAgain();
        });
    }
}
