package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.MortalWorker;

class StartTest {

    private final Scene scene = new Scene();

    @Test
    void nothingIsWrittenBeforeTheApplicationServes() {
        scene.registrar.start();
        scene.seconds(60);
        assertEquals(RegistrationState.STARTING, scene.state());
        assertTrue(scene.etcd.written().isEmpty());

        scene.registrar.serve(Optional.of(new Endpoint("127.0.0.1", 8080, false)));
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
        assertEquals(Liveness.UP, scene.registrar.own().record().liveness());
        assertEquals(Optional.of(new Endpoint("127.0.0.1", 8080, false)), scene.registrar.own().record().endpoint());
    }

    @Test
    void anEtcdThatIsAbsentIsWaitedFor() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.start(scene.registrar);
        scene.seconds(300);
        assertEquals(RegistrationState.STARTING, scene.state());
        assertEquals(Liveness.UNKNOWN, scene.registrar.own().record().liveness());

        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(2);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void theReasonSaysWhyItIsNotRegisteredYet() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.start(scene.registrar);
        assertTrue(scene.registrar.own().reason().contains("connection refused"), scene.registrar.own().reason());
    }

    @Test
    void aClaimWhoseAnswerWasLostIsFoundOut() {
        scene.registrar.start();
        scene.etcd.be(FakeEtcd.Mode.MUTE);
        scene.registrar.serve(Optional.empty());
        assertTrue(scene.isUp(), "it was done");
        assertEquals(RegistrationState.STARTING, scene.state());

        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        long claimed = scene.etcd.get(scene.layout.owner(Scene.ID.uuid())).modRevision();
        scene.seconds(5);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(claimed, scene.registrar.own().fencingToken().getAsLong(), "and not done twice");
    }

    /** Of which protobuf makes another text. */
    @Test
    void aVersionThatIsNoTextIsWrittenOnce() {
        Registrar registrar = new Registrar(scene.etcd, scene.layout, scene.worker, new FakePlatform(scene.worker),
                new Registrar.Settings(true, Scene.ID, Scene.TTL, Scene.STOP_TIMEOUT, "1.0-\ud800", Map.of(),
                        OnConflict.TAKEOVER, false, false),
                change -> {
                });
        scene.start(registrar);
        assertEquals(RegistrationState.REGISTERED, registrar.own().state());
        scene.etcd.forgetWritten();
        scene.seconds(60);
        assertEquals(Set.of(), scene.etcd.written());
    }

    @Test
    void aRestartKeepsTheRecordAndIsUpAtOnce() {
        MortalWorker mortal = new MortalWorker(scene.worker);
        scene.start(scene.process(Scene.ID, mortal));
        mortal.die();
        scene.seconds(7);
        assertFalse(scene.isUp());

        Registrar next = scene.process(Scene.ID);
        scene.start(next);
        assertEquals(RegistrationState.REGISTERED, next.own().state());
        assertTrue(scene.isUp());
    }

    @Test
    void whatIsDisabledWritesNothing() {
        Registrar disabled = new Registrar(scene.etcd, scene.layout, scene.worker, new FakePlatform(scene.worker),
                new Registrar.Settings(false, Scene.ID, Scene.TTL, Scene.STOP_TIMEOUT, "1.0", Map.of(), OnConflict.TAKEOVER,
                        false, false),
                change -> {
                });
        scene.start(disabled);
        scene.seconds(60);
        disabled.own().close();
        disabled.stop(Scene.STOP_TIMEOUT);
        assertEquals(RegistrationState.DISABLED, disabled.own().state());
        assertTrue(scene.etcd.written().isEmpty());
        assertTrue(scene.etcd.leases().isEmpty());
    }

    @Test
    void aTrainingRunWritesNothingEvenIfTheApplicationRegistersFurtherServices() {
        Registrar training = new Registrar(scene.etcd, scene.layout, scene.worker, new FakePlatform(scene.worker),
                new Registrar.Settings(true, Scene.ID, Scene.TTL, Scene.STOP_TIMEOUT, "1.0", Map.of(), OnConflict.TAKEOVER,
                        false, false, true, Optional.of("-XX:AOTMode=record")),
                change -> {
                });
        training.start();
        scene.start(training);
        Registration further = training.register(ServiceDefinition.of("type", "further"));
        scene.seconds(60);
        assertEquals(RegistrationState.DISABLED, training.own().state());
        assertEquals(RegistrationState.DISABLED, further.state());
        assertEquals("this is a training run (-XX:AOTMode=record), and quarkus.lively.registration.in-training is false",
                further.reason());
        further.down("a reason");
        further.up();
        further.close();
        training.own().close();
        training.stop(Scene.STOP_TIMEOUT);
        scene.seconds(60);
        assertEquals(Set.of(), scene.etcd.written());
        assertTrue(scene.etcd.leases().isEmpty());
    }
}
