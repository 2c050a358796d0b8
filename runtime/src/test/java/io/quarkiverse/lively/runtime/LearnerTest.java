package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdProgram;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** A member that answers and cannot serve, since it is a learner, is left at once. */
@NeedsProgram({ "etcd", "etcdctl" })
class LearnerTest {

    /** The least that is advised. */
    private static final Duration TTL = Duration.ofSeconds(5);

    private List<EtcdServer> voters;
    private EtcdServer learner;
    /** In front of the members that are not killed, so that the application comes to the learner first. */
    private CutProxy toLearner;
    private List<CutProxy> toOthers;
    private Lively lively;

    EtcdProgram program() {
        return EtcdProgram.onThePath();
    }

    @BeforeEach
    void start() {
        voters = EtcdServer.startedCluster(program(), 3, "--strict-reconfig-check=false");
        learner = EtcdServer.startedLearner(program(), voters);
        toLearner = new CutProxy(learner.port());
    }

    @AfterEach
    void end() {
        if (lively != null) {
            lively.stop();
            lively.close();
        }
        Stream.concat(Stream.of(toLearner), toOthers.stream()).forEach(CutProxy::close);
        Stream.concat(Stream.of(learner), voters.stream()).forEach(EtcdServer::close);
    }

    @Test
    void anApplicationThatComesToItWhenItsOwnMemberIsKilledStaysRegistered() {
        EtcdServer own = voters.stream().filter(member -> !member.isLeader()).findFirst().orElseThrow();
        toOthers = voters.stream().filter(member -> member != own).map(member -> new CutProxy(member.port())).toList();
        toLearner.refuse();
        toOthers.forEach(CutProxy::refuse);
        Registration registration = registered(own.url());
        lively.view().start();
        Awaitility.await().until(() -> lively.view().freshness().state() == State.CURRENT);
        Optional<Lease> lease = registration.lease();

        toLearner.acceptAgain();
        own.kill();
        Instant killed = Instant.now();
        Awaitility.await("it comes to the learner").pollInterval(Duration.ofMillis(5)).until(toLearner::isInUse);
        toOthers.forEach(CutProxy::acceptAgain);
        Awaitility.await("the view is current again").atMost(TTL.minus(Duration.between(killed, Instant.now()))).until(() -> {
            Freshness freshness = lively.view().freshness();
            return freshness.state() == State.CURRENT && freshness.asOf().isAfter(killed);
        });
        Awaitility.await("it is too late").pollDelay(TTL).atMost(TTL.multipliedBy(4)).until(() -> true);
        assertEquals(RegistrationState.REGISTERED, registration.state(), registration::reason);
        assertEquals(lease.map(Lease::id), registration.lease().map(Lease::id));
        assertEquals(State.CURRENT, lively.view().freshness().state());
    }

    @Test
    void anApplicationThatBeginsWithItIsRegistered() {
        toOthers = voters.stream().map(member -> new CutProxy(member.port())).toList();
        toOthers.forEach(CutProxy::refuse);
        lively = lively(Stream.empty());
        lively.start();
        lively.serve(Optional.empty());
        Awaitility.await("it comes to the learner").pollInterval(Duration.ofMillis(5)).until(toLearner::isInUse);
        toOthers.forEach(CutProxy::acceptAgain);
        Awaitility.await("it is registered").atMost(TTL)
                .until(() -> lively.registry().registration().state() == RegistrationState.REGISTERED);
    }

    @Test
    void anApplicationThatStopsAtItIsPublishedAsDown() {
        toOthers = voters.stream().map(member -> new CutProxy(member.port())).toList();
        toLearner.refuse();
        Registration registration = registered();
        toOthers.forEach(CutProxy::refuse);
        toLearner.acceptAgain();
        Awaitility.await("it comes to the learner").pollInterval(Duration.ofMillis(5)).until(toLearner::isInUse);
        toOthers.forEach(CutProxy::acceptAgain);
        lively.stop();
        assertEquals(Liveness.DOWN, registration.record().liveness(), registration::reason);
        assertEquals(List.of(), voters.get(0).keys("/services/by-owner/"));
        assertEquals(1, voters.get(0).keys("/services/by-status/DOWN/").size());
    }

    private Registration registered(String... more) {
        lively = lively(Stream.of(more));
        lively.start();
        lively.serve(Optional.empty());
        Registration registration = lively.registry().registration();
        Awaitility.await().until(() -> registration.state() == RegistrationState.REGISTERED);
        return registration;
    }

    private Lively lively(Stream<String> more) {
        String endpoints = Stream.of(more, Stream.of(toLearner.url()), toOthers.stream().map(CutProxy::url))
                .flatMap(each -> each).collect(Collectors.joining(","));
        return Configured.nothing().with("etcd.endpoints", endpoints).with("status-ttl", Long.toString(TTL.toSeconds()))
                .lively();
    }
}
