package io.quarkiverse.lively.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.simulation.CommitLog.Era;
import io.quarkiverse.lively.simulation.RegistryCall.Kind;

/**
 * "Every answer comes from etcd and is linearizable. A question that etcd does not answer within request-timeout fails": an
 * answer of the registry is what etcd had at some revision between the question and the answer, and there is an answer in time.
 */
final class LinearizableReadsCheck implements Check {

    private static final String LINEARIZABLE = "reads are linearizable";
    private static final String IN_TIME = "a question is answered in time";
    /** Several questions to etcd follow one another: a name, another one, a list that starts again after a compaction. */
    private static final int REQUESTS_BY_NAME = 8;
    private static final int REQUESTS_OF_LIST = 6;
    /** Time in which its process runs, seen at each tick. */
    private static final long TICK = 250_000_000L;
    private static final long SLACK = 1_500_000_000L;

    private final World world;
    private final CommitLog log;
    private final Map<RegistryCall, Integer> open = new LinkedHashMap<>();

    LinearizableReadsCheck(World world, CommitLog log) {
        this.world = world;
        this.log = log;
    }

    @Override
    public List<String> promises() {
        return List.of(LINEARIZABLE, IN_TIME);
    }

    @Override
    public void called(RegistryCall call) {
        if (!call.isWrite()) {
            open.put(call, 0);
        }
    }

    @Override
    public void answered(RegistryCall call) {
        if (call.isWrite()) {
            return;
        }
        if (open.remove(call) != null) {
            world.checked(IN_TIME);
        }
        if (call.failure != null && cause(call.failure) instanceof UnknownServiceException && call.kind == Kind.HISTORY) {
            if (call.isOfOneHistory() && !log.era(call.calledInHistory).ever((String) call.arguments[0], call.calledAtRevision,
                    call.answeredAtRevision,
                    revision -> log.era(call.calledInHistory).record((String) call.arguments[0], revision) == null)) {
                world.violated(LINEARIZABLE, describe(call) + "there is none, but there was one all the time");
            }
            world.checked(LINEARIZABLE);
        } else if (call.failure != null) {
            EtcdException failure = EtcdException.of(call.failure);
            world.count("reads that failed, " + failure.kind());
            boolean isQuiet = world.servedSince(call.caller.place().machine()) <= call.calledAt && !call.caller.isStopping();
            if (!(cause(call.failure) instanceof EtcdException) || isQuiet) {
                world.violated("a read fails only because of etcd", describe(call) + call.failure);
            }
        } else if (!call.isOfOneHistory()) {
            world.count("reads while etcd was replaced");
        } else if (isRight(call)) {
            world.checked(LINEARIZABLE);
        } else {
            world.violated(LINEARIZABLE, describe(call) + call.answer + ", which etcd had at no revision from "
                    + call.calledAtRevision + " to " + call.answeredAtRevision + expected(call));
        }
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null ? failure.getCause()
                : failure;
    }

    private static String describe(RegistryCall call) {
        return call.caller.process().name() + " asked " + call.kind + List.of(call.arguments) + ": ";
    }

    private String expected(RegistryCall call) {
        Era era = log.era(call.calledInHistory);
        StringBuilder text = new StringBuilder();
        if (call.arguments[0] instanceof String uuid && call.arguments.length == 1) {
            era.ever(uuid, call.calledAtRevision, call.answeredAtRevision, revision -> {
                text.append("\n  ").append(revision).append(": ").append(era.record(uuid, revision));
                return false;
            });
        }
        return text.toString();
    }

    private boolean isRight(RegistryCall call) {
        Era era = log.era(call.calledInHistory);
        long from = call.calledAtRevision;
        long to = call.answeredAtRevision;
        Object first = call.arguments[0];
        return switch (call.kind) {
            case IS_UP -> era.ever((String) first, from, to,
                    revision -> call.answer.equals(isUp(era.record((String) first, revision))));
            case LIVENESS -> era.ever((String) first, from, to, revision -> call.answer
                    .equals(Optional.ofNullable(era.record((String) first, revision)).map(ServiceRecord::liveness)));
            case FIND -> era.ever((String) first, from, to,
                    revision -> is(call.answer, era.found((String) first, revision)));
            case HISTORY -> era.ever((String) first, from, to,
                    revision -> era.record((String) first, revision) != null
                            && call.answer.equals(era.transitions((String) first, revision)));
            case IS_UP_BY_NAME -> era.ever(from, to, revision -> named(era, call, revision).stream()
                    .anyMatch(record -> call.answer.equals(isUp(record))));
            case FIND_BY_NAME -> era.ever(from, to, revision -> named(era, call, revision).stream()
                    .anyMatch(record -> is(call.answer, record == null ? null : era.found(record.uuid(), revision))));
            case LIST -> era.ever(from, to, revision -> call.answer.equals(era.list((ServiceQuery) first, revision)));
            default -> throw new IllegalStateException(call.kind + " asks nothing");
        };
    }

    /**
     * What may be found by the names: the service that their entry leads to. If that one has other names, any that has these.
     * Without an entry, one whose uuid follows from the names, or that was found before, or none.
     */
    private List<ServiceRecord> named(Era era, RegistryCall call, long revision) {
        String type = (String) call.arguments[0];
        String host = (String) call.arguments[1];
        List<ServiceRecord> bearers = new ArrayList<>(
                era.list(ServiceQuery.ofTypes(type).withHosts(host), revision));
        String holder = era.holder(type, host, revision);
        List<ServiceRecord> led = bearers.stream().filter(bearer -> bearer.uuid().equals(holder)).toList();
        if (!led.isEmpty()) {
            return led;
        }
        String derived = world.layout().uuidOf(type, host);
        if (bearers.isEmpty() || holder == null && bearers.stream().noneMatch(bearer -> bearer.uuid().equals(derived))) {
            bearers.add(null);
        }
        return bearers;
    }

    private static boolean isUp(ServiceRecord record) {
        return record != null && record.liveness() == Liveness.UP;
    }

    private static boolean is(Object answer, ServiceRecord record) {
        return Objects.equals(((Optional<?>) answer).orElse(null), record);
    }

    @Override
    public void tick() {
        for (Map.Entry<RegistryCall, Integer> waiting : open.entrySet()) {
            RegistryCall call = waiting.getKey();
            if (call.caller.process().isRunning()) {
                waiting.setValue(waiting.getValue() + 1);
                // A question that a member has rejected is asked again at the next one.
                long limit = (long) requests(call) * world.setup().endpoints() * SimulatedClient.REQUEST_TIMEOUT.toNanos() * 102
                        / 100 + SLACK;
                if (waiting.getValue() * TICK > limit && !call.caller.isStopping()) {
                    world.violated(IN_TIME, describe(call) + "no answer since " + call.calledAt / 1e9 + " s");
                }
            }
        }
    }

    private static int requests(RegistryCall call) {
        return switch (call.kind) {
            case IS_UP_BY_NAME, FIND_BY_NAME -> REQUESTS_BY_NAME;
            case LIST -> REQUESTS_OF_LIST;
            default -> 1;
        };
    }

    @Override
    public void ended(SimulatedApplication application) {
        open.keySet().removeIf(call -> call.caller == application);
    }
}
