package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.quarkiverse.lively.runtime.worker.Worker;

/** An etcd and a process that registers in it, on one clock, and what a test wants to do to them and to know of them. */
final class Scene {

    static final Duration TTL = Duration.ofSeconds(6);
    static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
    static final ServiceIdentity ID = new ServiceIdentity("u1", "inventory", "host1", "default");

    final FakeWorker worker = new FakeWorker();
    final FakeEtcd etcd = new FakeEtcd(worker);
    final KeyLayout layout = new KeyLayout("");
    final List<RegistrationChange> changes = new ArrayList<>();
    final List<LivelyMetrics.Loss> losses = new ArrayList<>();
    final Registrar registrar;
    /** All that were made in this scene, the first one included. */
    final List<Registrar> processes = new ArrayList<>();
    /** For stories of what others do to the owner: whether they did, and their last transaction before. */
    boolean wasTakenDown;
    boolean wasNoticedLate;
    long lastStepOfOthers;

    Scene() {
        this(OnConflict.TAKEOVER, false, false);
    }

    /** The process is configured like that. */
    Scene(OnConflict onConflict, boolean ephemeral, boolean awaitsReadiness) {
        registrar = new Registrar(etcd, layout, worker, new FakePlatform(worker),
                settings(ID, onConflict, ephemeral, awaitsReadiness), Optional.empty(), changes::add, new LivelyMetrics() {
                    @Override
                    public void lost(Loss why) {
                        losses.add(why);
                    }
                });
        processes.add(registrar);
    }

    /** Another process on the same etcd. */
    Registrar process(ServiceIdentity identity) {
        return process(identity, worker);
    }

    Registrar process(ServiceIdentity identity, Worker itsWorker) {
        return process(identity, itsWorker, OnConflict.TAKEOVER);
    }

    Registrar process(ServiceIdentity identity, Worker itsWorker, OnConflict onConflict) {
        Registrar process = new Registrar(etcd, layout, itsWorker, new FakePlatform(itsWorker),
                settings(identity, onConflict, false, false), change -> {
                });
        processes.add(process);
        return process;
    }

    private static Registrar.Settings settings(ServiceIdentity identity, OnConflict onConflict, boolean ephemeral,
            boolean awaitsReadiness) {
        return new Registrar.Settings(true, identity, TTL, STOP_TIMEOUT, "1.0", Map.of("zone", "a"), onConflict, ephemeral,
                awaitsReadiness);
    }

    static Scene registered() {
        Scene scene = new Scene();
        scene.start(scene.registrar);
        return scene;
    }

    void start(Registrar process) {
        process.start();
        serve(process, 8080);
    }

    void serve(Registrar process, int port) {
        process.serve(Optional.of(new Endpoint("127.0.0.1", port, false)));
    }

    /** Says what an operator says through another process. */
    ServiceWriter operator() {
        return new ServiceWriter(etcd, layout, new FakePlatform(worker), "operator");
    }

    void onlyItsOwnerGoesOn() {
        lastStepOfOthers = etcd.commits;
    }

    RegistrationState state() {
        return registrar.own().state();
    }

    boolean isUp() {
        return etcd.has(layout.up(ID.uuid())) && record().filter(record -> record.getStatus() == Status.UP).isPresent();
    }

    boolean isOwned() {
        return etcd.has(layout.owner(ID.uuid()));
    }

    Optional<Service> record() {
        return Optional.ofNullable(etcd.get(layout.service(ID.uuid()))).map(entry -> {
            try {
                return Service.parseFrom(entry.value());
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        });
    }

    State said() {
        try {
            return State.parseFrom(etcd.get(layout.state(ID.uuid())).value());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    long leaseOfUp() {
        KeyValue up = etcd.get(layout.up(ID.uuid()));
        return up == null ? 0 : up.lease();
    }

    /** Writes DOWN as os-lively does: no state, no hold. */
    void downByOther(String note, Instant end) {
        Service.Builder down = Service.newBuilder().setUuid(ID.uuid()).setType(ID.type()).setHost(ID.host())
                .setRegion(ID.region()).setStatus(Status.DOWN).setMaintenanceNote(note);
        if (end != null) {
            down.setMaintenanceEnd(end.getEpochSecond());
        }
        etcd.write(Map.of(layout.service(ID.uuid()), down.build().toByteString(), layout.down(ID.uuid()), ByteString.EMPTY),
                layout.up(ID.uuid()));
    }

    /** Another service that is UP has the type and the host, as after an os-lively client wrote it. */
    void stealTypeAndHost() {
        Service thief = Service.newBuilder().setUuid("thief").setType(ID.type()).setHost(ID.host()).setRegion(ID.region())
                .build();
        etcd.write(Map.of(layout.service("thief"), thief.toByteString(), layout.up("thief"), ByteString.EMPTY,
                layout.typeHost(ID.type(), ID.host()), ByteString.copyFromUtf8("thief")));
    }

    /** Lifts a DOWN as others than the owner do: still DOWN, and no hold. */
    void liftByOther() {
        Service down = record().orElseThrow().toBuilder().clearMaintenanceNote().clearMaintenanceStart()
                .clearMaintenanceEnd().build();
        etcd.write(Map.of(layout.service(ID.uuid()), down.toByteString(), layout.state(ID.uuid()),
                State.newBuilder().setBy("operator").build().toByteString()));
    }

    void pass(Duration time) {
        worker.pass(time);
    }

    void seconds(int seconds) {
        pass(Duration.ofSeconds(seconds));
    }
}
