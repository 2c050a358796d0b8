package io.quarkiverse.lively.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.simulation.CommitLog.Era;
import io.quarkiverse.lively.simulation.RegistryCall.Kind;
import io.quarkiverse.lively.simulation.etcd.Change;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * A write by the registry is one commit of its caller between the call and the answer, with the revision of the answer, and
 * does what was asked for; or none if there is nothing to do. One of unknown outcome is one commit at most. A refused one is
 * none, and there is a reason to refuse it.
 */
final class RegistryWritesCheck implements Check {

    private static final String ONE_COMMIT = "a write is one commit";
    private static final String REFUSED = "a refused write has a reason";
    private static final String HOLD = "DOWN is a hold";
    private static final String LIFT = "UP ends a hold";
    private static final String LEFT = "a deleted service leaves nothing";
    private static final String ANSWER = "a write answers what it stored";
    private static final String WANTED = "an update stores what is wanted";
    private static final String GUARDED = "a write loses nothing that was stored before";
    private static final String ENDS = "a write ends";
    /** Before the last attempt, all the others have lost a race. */
    private static final int LOST_RACES = 19;
    /** While nothing is broken, with many races. */
    private static final long LONGEST_WRITE = 5 * Bounds.SECOND;

    private final World world;
    private final CommitLog log;
    /** By caller and service. */
    private final Map<String, Writes> writes = new HashMap<>();
    /** The processes, by what they sign states with. */
    private final Map<String, String> speakers = new HashMap<>();

    /** The calls of one process that write one service. */
    private static final class Writes {

        /** Not answered yet. */
        final List<RegistryCall> open = new ArrayList<>();
        /** That may still be stored, or were, though no answer says so. */
        final List<RegistryCall> unknown = new ArrayList<>();
        /** Of calls that are open or unknown. */
        final List<Commit> commits = new ArrayList<>();
    }

    RegistryWritesCheck(World world, CommitLog log) {
        this.world = world;
        this.log = log;
    }

    private Writes writes(String process, String uuid) {
        return writes.computeIfAbsent(process + " " + uuid, key -> new Writes());
    }

    private Writes writes(RegistryCall call) {
        return writes(call.caller.process().name(), uuid(call));
    }

    private String uuid(RegistryCall call) {
        if (call.arguments[0] instanceof String uuid) {
            return uuid;
        }
        ServiceDefinition wanted = (ServiceDefinition) call.arguments[0];
        return wanted.uuid().isEmpty() ? world.layout().uuidOf(wanted.type(), wanted.host()) : wanted.uuid();
    }

    @Override
    public List<String> promises() {
        return List.of(ONE_COMMIT, REFUSED, ENDS, GUARDED, HOLD, LIFT, LEFT, ANSWER, WANTED);
    }

    @Override
    public void called(RegistryCall call) {
        if (call.isWrite()) {
            writes(call).open.add(call);
        }
    }

    @Override
    public void committed(Commit commit) {
        if (commit.cause() != Commit.Cause.TRANSACTION) {
            return;
        }
        for (Change change : commit.changes()) {
            String uuid = CommitLog.recordOf(change.key());
            if (uuid != null && isByOperator(commit, uuid, change)) {
                Writes of = writes(commit.who(), uuid);
                if (of.commits.size() >= of.open.size() + of.unknown.size()) {
                    world.violated(ONE_COMMIT, commit.who() + " wrote " + uuid + " at revision " + commit.revision()
                            + ", which none of its calls asked for any more");
                }
                of.commits.add(commit);
            }
        }
    }

    /** Whether an operator spoke: the state is signed by the application, not by an incarnation. */
    private boolean isByOperator(Commit commit, String uuid, Change record) {
        if (record.after() == null) {
            Writes of = writes(commit.who(), uuid);
            // The owner of an ephemeral service deletes it, too, after whatever an operator in its process has done before.
            boolean isOwners = record.before().lease() != 0
                    && (of.commits.size() >= of.open.size() + of.unknown.size() || isShutDown(commit, uuid));
            return !isOwners && commit.changes().stream().allMatch(change -> change.after() == null)
                    && (of.open.stream().anyMatch(call -> call.kind == Kind.DELETE)
                            || of.unknown.stream().anyMatch(call -> call.kind == Kind.DELETE));
        }
        State state = CommitLog.parse(after(commit, world.layout().state(uuid)), State.parser());
        if (state != null) {
            speakers.put(state.getBy(), commit.who());
        }
        String signer = state == null ? "" : state.getEditor().isEmpty() ? state.getBy() : state.getEditor();
        return signer.contains("@");
    }

    /** Its owner publishes DOWN before it deletes it. */
    private boolean isShutDown(Commit commit, String uuid) {
        ByteString key = world.layout().state(uuid);
        return commit.changes().stream().filter(change -> change.key().equals(key) && change.before() != null)
                .map(change -> CommitLog.parse(change.before(), State.parser()))
                .anyMatch(state -> state != null && state.getReason() == Reason.SHUTDOWN
                        && commit.who().equals(speakers.get(state.getBy())));
    }

    private static KeyValue after(Commit commit, ByteString key) {
        for (Change change : commit.changes()) {
            if (change.key().equals(key)) {
                return change.after();
            }
        }
        return null;
    }

    @Override
    public void answered(RegistryCall call) {
        if (!call.isWrite()) {
            return;
        }
        Writes of = writes(call);
        boolean isLeft = of.unknown.remove(call);
        if (!of.open.remove(call) && of.commits.isEmpty()) {
            // Its application had ended before, and what it has sent may still arrive.
            if (isLeft && call.isUnknown()) {
                of.unknown.add(call);
            }
            return;
        }
        world.checked(ENDS);
        if (!call.isOfOneHistory()) {
            world.count("writes while etcd was replaced");
            if (call.isUnknown()) {
                of.unknown.add(call);
            }
            return;
        }
        if (call.isUnknown()) {
            world.count("writes of unknown outcome");
            of.unknown.add(call);
        } else if (call.failure != null) {
            refused(call, LinearizableReadsCheck.cause(call.failure));
        } else if (call.kind == Kind.DELETE) {
            deleted(call, of);
        } else {
            written(call, of);
        }
        if (of.commits.size() > of.open.size() + of.unknown.size()) {
            world.violated(ONE_COMMIT,
                    describe(call) + " was answered with " + (call.failure == null ? call.answer : call.failure)
                            + ", and committed " + of.commits.stream().map(Commit::revision).toList());
        }
    }

    private Optional<Commit> take(Writes of, long revision) {
        Optional<Commit> found = of.commits.stream().filter(commit -> commit.revision() == revision).findAny();
        found.ifPresent(of.commits::remove);
        return found;
    }

    private void deleted(RegistryCall call, Writes of) {
        String uuid = (String) call.arguments[0];
        OptionalLong answer = (OptionalLong) call.answer;
        Era era = log.era(call.calledInHistory);
        if (answer.isEmpty()) {
            check(ONE_COMMIT, era.ever(uuid, call.calledAtRevision, call.answeredAtRevision,
                    revision -> !exists(world.layout().service(uuid), revision)), call, "there was always such a service");
            return;
        }
        long revision = answer.getAsLong();
        check(ONE_COMMIT, revision > call.calledAtRevision && take(of, revision).isPresent(), call,
                "it committed no such revision");
        KeyLayout layout = world.layout();
        for (ByteString key : List.of(layout.service(uuid), layout.up(uuid), layout.down(uuid), layout.owner(uuid),
                layout.state(uuid), layout.history(uuid))) {
            check(LEFT, !exists(key, revision), call, key.toStringUtf8() + " is left");
        }
        Service former = CommitLog.parse(world.etcd().find(layout.service(uuid), revision - 1), Service.parser());
        if (former != null) {
            check(LEFT,
                    !uuid.equals(era.holder(former.getType(), former.getHost(), revision)), call, "its name is left");
        }
    }

    private boolean exists(ByteString key, long revision) {
        return world.etcd().find(key, revision) != null;
    }

    private void written(RegistryCall call, Writes of) {
        String uuid = uuid(call);
        ServiceRecord answer = (ServiceRecord) call.answer;
        Era era = log.era(call.calledInHistory);
        // One that was committed before the call is of an earlier call, whose outcome is unknown.
        Optional<Commit> commit = answer.revision() > call.calledAtRevision ? take(of, answer.revision()) : Optional.empty();
        if (commit.isEmpty()) {
            check(ONE_COMMIT, era.ever(uuid, call.calledAtRevision, call.answeredAtRevision,
                    revision -> answer.equals(era.record(uuid, revision)) && isDone(call, answer, revision)), call,
                    "nothing was written, though there was something to write");
            world.count("writes with nothing to do");
            return;
        }
        check(ANSWER, answer.equals(era.record(uuid, answer.revision())), call,
                "etcd had " + era.record(uuid, answer.revision()));
        isWritten(call, commit.get(), answer);
        losesNothing(call, era, answer);
    }

    /** The write is guarded by what was read: nothing that was stored in between is lost. */
    private void losesNothing(RegistryCall call, Era era, ServiceRecord answer) {
        String uuid = answer.uuid();
        long before = answer.revision() - 1;
        if (call.kind == Kind.UPDATE) {
            check(GUARDED, modRevision(world.layout().service(uuid), before) == (long) call.arguments[1], call,
                    "the record was at " + modRevision(world.layout().service(uuid), before));
        }
        List<Transition> former = era.transitions(uuid, before);
        List<Transition> present = era.transitions(uuid, answer.revision());
        boolean isAsBefore = present.equals(former);
        boolean isOneMore = !present.isEmpty()
                && present.subList(1, present.size()).equals(former.subList(0, Math.min(former.size(), present.size() - 1)))
                && former.size() - present.size() <= 0;
        check(GUARDED, isAsBefore || isOneMore, call, "the history was " + former + " and is " + present);
    }

    /** Whether nothing has to be written for it. */
    private boolean isDone(RegistryCall call, ServiceRecord record, long revision) {
        State state = CommitLog.parse(world.etcd().find(world.layout().state(record.uuid()), revision), State.parser());
        boolean isHeld = state != null && state.hasHold();
        return switch (call.kind) {
            case UP -> record.maintenance().isEmpty() && (record.status() == Status.UP || !isHeld);
            case UPDATE -> {
                ServiceDefinition wanted = (ServiceDefinition) call.arguments[0];
                boolean isSame = wanted.status() == record.status() && wanted.maintenance().equals(record.maintenance())
                        && wanted.region().equals(record.region());
                // A DOWN that its own process said stays.
                yield isSame || record.owned() && wanted.status() == Status.UP && !isHeld && record.maintenance().isEmpty();
            }
            default -> false;
        };
    }

    private void isWritten(RegistryCall call, Commit commit, ServiceRecord answer) {
        State state = CommitLog.parse(after(commit, world.layout().state(answer.uuid())), State.parser());
        switch (call.kind) {
            case DOWN -> {
                Maintenance maintenance = (Maintenance) call.arguments[1];
                check(HOLD, state.hasHold() && state.getHold().getNote().equals(maintenance.note())
                        && state.getHold().getEnd() == maintenance.end().map(Instant::toEpochMilli).orElse(0L), call,
                        "it stored " + state);
                // Whether a start is to come depends on the clock of the caller.
                check(HOLD, answer.status() == Status.DOWN || maintenance.start().isPresent(), call,
                        "it stored " + answer);
            }
            case UP -> check(LIFT, !state.hasHold() && answer.maintenance().isEmpty(), call, "it stored " + state);
            default -> {
                ServiceDefinition wanted = (ServiceDefinition) call.arguments[0];
                boolean isAsWanted = wanted.region().equals(answer.region()) && wanted.type().equals(answer.type())
                        && wanted.host().equals(answer.host())
                        && (wanted.maintenance().equals(answer.maintenance()) || wanted.status() == Status.UP)
                        && (wanted.status() == answer.status() || answer.owned());
                check(WANTED, isAsWanted, call, "it stored " + answer);
            }
        }
    }

    private void refused(RegistryCall call, Throwable why) {
        String uuid = uuid(call);
        Era era = log.era(call.calledInHistory);
        long from = call.calledAtRevision;
        long to = call.answeredAtRevision;
        world.count("writes that were refused, " + why.getClass().getSimpleName());
        if (why instanceof UnknownServiceException) {
            check(REFUSED, era.ever(uuid, from, to, revision -> era.record(uuid, revision) == null), call,
                    "there was always one");
        } else if (why instanceof StaleRecordException) {
            boolean isRaced = era.touches(uuid, from, to) >= LOST_RACES;
            boolean isStale = call.kind == Kind.UPDATE && era.ever(uuid, from, to,
                    revision -> modRevision(world.layout().service(uuid), revision) != (long) call.arguments[1]);
            check(REFUSED, isRaced || isStale, call, "nothing had changed");
        } else if (why instanceof InvalidServiceException && call.kind == Kind.DOWN) {
            check(REFUSED, ((Maintenance) call.arguments[1]).start().isPresent() && era.ever(uuid, from, to,
                    revision -> Optional.ofNullable(era.record(uuid, revision))
                            .filter(record -> record.status() == Status.DOWN || record.maintenance().isPresent()).isPresent()),
                    call, "it was never held");
        } else if (why instanceof InvalidServiceException || why instanceof ServiceConflictException) {
            // Of what its process says, of a claim without a record, and of another service with its names.
            check(REFUSED, call.arguments[0] instanceof ServiceDefinition wanted && (isOfProcess(wanted)
                    || era.ever(uuid, from, to, revision -> exists(world.layout().owner(uuid), revision))
                    || era.ever(from, to, revision -> !uuid.equals(era.holder(wanted.type(), wanted.host(), revision)))), call,
                    "no process kept it alive, and its names were free");
        } else {
            boolean isQuiet = world.servedSince(call.caller.place().machine()) <= call.calledAt && !call.caller.isStopping();
            boolean isOfEtcd = why instanceof EtcdException || why instanceof PermissionDeniedException;
            check(REFUSED, isOfEtcd && !isQuiet, call, "nothing is broken, or it is no failure of etcd");
        }
    }

    /** Whether it has properties that only a process can publish. */
    private static boolean isOfProcess(ServiceDefinition wanted) {
        return wanted.endpoint().isPresent() || !wanted.metadata().isEmpty();
    }

    @Override
    public void tick() {
        writes.values().forEach(of -> of.open.forEach(call -> {
            long since = Math.max(call.calledAt, world.servedSince(call.caller.place().machine()));
            if (world.scheduler().now() - since > LONGEST_WRITE && call.caller.process().isRunning()
                    && !call.caller.isStopping()) {
                world.violated(ENDS, describe(call) + " has not ended since " + since / 1e9 + " s");
            }
        }));
    }

    private long modRevision(ByteString key, long revision) {
        KeyValue entry = world.etcd().find(key, revision);
        return entry == null ? 0 : entry.modRevision();
    }

    private void check(String promise, boolean isKept, RegistryCall call, String otherwise) {
        if (isKept) {
            world.checked(promise);
        } else {
            world.violated(promise, describe(call) + " was answered with " + (call.failure == null ? call.answer : call.failure)
                    + " between the revisions " + call.calledAtRevision + " and " + call.answeredAtRevision + ": " + otherwise);
        }
    }

    private static String describe(RegistryCall call) {
        return call.caller.process().name() + "'s " + call.kind + List.of(call.arguments);
    }

    @Override
    public void replaced() {
        // Revisions mean something else from now on.
        writes.values().forEach(of -> of.commits.clear());
    }

    @Override
    public void ended(SimulatedApplication application) {
        for (Writes of : writes.values()) {
            List<RegistryCall> left = of.open.stream().filter(call -> call.caller == application).toList();
            of.open.removeAll(left);
            of.unknown.addAll(left);
        }
    }

    @Override
    public void beforeStop() {
        writes.forEach((key, of) -> {
            for (RegistryCall call : of.open) {
                if (!call.caller.isStopping()) {
                    world.violated(ENDS, describe(call) + " has no answer since " + call.calledAt / 1e9 + " s");
                }
            }
        });
    }
}
