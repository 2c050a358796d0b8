package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** A member that answers and cannot serve, since it is a learner, is left at once. */
@NeedsProgram({ "etcd", "etcdctl" })
@Execution(ExecutionMode.CONCURRENT)
class LearnerTest {

    /** The least that is advised. */
    private static final Duration TTL = Duration.ofSeconds(5);

    /** What was started so far, the last one first. Nothing, if the test is left out. */
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private List<EtcdServer> voters;
    /** In front of the members that are not killed, so that the application comes to the learner first. */
    private CutProxy toLearner;
    private List<CutProxy> toOthers;
    private Lively lively;

    @BeforeEach
    void start() {
        voters = EtcdServer.startedCluster(3, "--strict-reconfig-check=false");
        voters.forEach(started::push);
        EtcdServer learner = EtcdServer.startedLearner(voters);
        started.push(learner);
        toLearner = proxy(learner);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : started) {
            each.close();
        }
    }

    private CutProxy proxy(EtcdServer member) {
        CutProxy proxy = new CutProxy(member.port());
        started.push(proxy);
        return proxy;
    }

    @Test
    void anApplicationThatComesToItWhenItsOwnMemberIsKilledStaysRegistered() {
        EtcdServer own = voters.stream().filter(member -> !member.isLeader()).findFirst().orElseThrow();
        toOthers = voters.stream().filter(member -> member != own).map(this::proxy).toList();
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
            return freshness.state() == State.CURRENT && freshness.asOf().orElseThrow().isAfter(killed);
        });
        Awaitility.await("it is too late").pollDelay(TTL).atMost(TTL.multipliedBy(4)).until(() -> true);
        assertEquals(RegistrationState.REGISTERED, registration.state(), registration::reason);
        assertEquals(lease.map(Lease::id), registration.lease().map(Lease::id));
        assertEquals(State.CURRENT, lively.view().freshness().state());
    }

    @Test
    void anApplicationThatBeginsWithItIsRegistered() {
        toOthers = voters.stream().map(this::proxy).toList();
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
        toOthers = voters.stream().map(this::proxy).toList();
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
        Lively made = Configured.nothing().with("etcd.endpoints", endpoints)
                .with("status-ttl", Long.toString(TTL.toSeconds())).lively();
        started.push(made::close);
        started.push(made::stop);
        return made;
    }
}
