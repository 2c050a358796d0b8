package io.quarkiverse.lively.demo.faults;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdProgram;
import io.quarkiverse.lively.test.EtcdServer;

/** What befalls members of an etcd of three. */
class ThreeMembersFaultsIT extends Faults {

    @Override
    Scene scene(EtcdProgram program) {
        return new Scene(form, new Members(EtcdServer.startedCluster(program, 3)), true);
    }

    @Test
    void leaderKilled() {
        make("The leader of three members is killed (SIGKILL), and started again after a TTL", trial -> {
            EtcdServer leader = scene().members().leader();
            trial.crash();
            trial.leaderChanges(1);
            trial.withoutLeader(() -> {
                leader.kill();
                scene().members().awaitLeaderBeside(leader);
            });
            trial.registeredWithin(scene().ttl());
            trial.nobodyIsShownDown();
            trial.last(scene().ttl());
            leader.start();
        });
    }

    @Test
    @Tag(LONG)
    void leaderStopped() {
        make("The leader of three members is stopped (SIGSTOP) until two TTLs after another one leads, and goes on (SIGCONT)",
                trial -> {
                    EtcdServer leader = scene().members().leader();
                    trial.crash();
                    trial.memberFallsSilent();
                    trial.leaderChanges(1);
                    trial.withoutLeader(() -> {
                        leader.freeze();
                        scene().members().awaitLeaderBeside(leader);
                    });
                    trial.registeredWithin(scene().ttl());
                    trial.last(scene().ttl().multipliedBy(2));
                    trial.nobodyIsShownDown();
                    leader.thaw();
                    leader.awaitAnswer();
                    trial.last(scene().ttl());
                });
    }

    @Test
    void blackHole() {
        make("A member is not reached any more, nor says so: what is sent to it is swallowed, for three TTLs", trial -> {
            CutProxy door = scene().doorInUse();
            trial.crash();
            trial.memberFallsSilent();
            door.drop();
            trial.last(scene().ttl());
            trial.registeredWithin("every live service is registered all the same, a TTL later", scene().ttl());
            trial.last(scene().ttl().multipliedBy(2));
            trial.nobodyIsShownDown();
            door.passAgain();
        });
    }

    @Test
    @Tag(LONG)
    void followerKilled() {
        make("A follower of three members is killed (SIGKILL), and started again after a TTL", trial -> {
            EtcdServer follower = scene().members().follower();
            trial.crash();
            follower.kill();
            trial.registeredWithin(scene().ttl());
            trial.last(scene().ttl());
            trial.nobodyIsShownDown();
            follower.start();
        });
    }

    @Test
    void quorumLost() {
        make("Two of three members are killed (SIGKILL), and started again after the TTL and two seconds", trial -> {
            EtcdServer left = scene().members().follower();
            trial.crash();
            trial.leaderChanges(1);
            trial.withoutLeader(() -> {
                scene().members().without(left).forEach(EtcdServer::kill);
                trial.last(scene().ttl().plusSeconds(2));
                trial.applicationsKnowThatTheyAreLost();
                trial.nobodyIsShownDown();
                scene().members().without(left).forEach(EtcdServer::launch);
                scene().members().all().forEach(EtcdServer::awaitAnswer);
            });
            trial.registeredWithin(scene().ttl());
        });
    }

    @Test
    @Tag(LONG)
    void rollingRestart() {
        make("Each of three members is killed (SIGKILL) and started again, one after another", trial -> {
            trial.crash();
            long term = scene().etcd().term();
            trial.withoutLeader(() -> scene().members().all().forEach(member -> {
                member.kill();
                member.start();
            }));
            trial.leaderChanges(scene().etcd().term() - term);
            trial.registeredWithin(scene().ttl());
        });
    }
}
