package io.quarkiverse.lively.runtime.devui;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import jakarta.annotation.PreDestroy;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivelyException;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.LivelyLifecycle;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.runtime.annotations.DevMCPEnableByDefault;
import io.quarkus.runtime.annotations.JsonRpcDescription;
import io.smallrye.mutiny.Multi;

/**
 * What the page of the Dev UI asks for and writes, by JSON-RPC. In dev mode only: it is not part of an application that is
 * built for production. The view starts once a page is open.
 * <p>
 * The methods that return a {@link Multi} do not block; the others ask etcd, and are called on a worker thread.
 * <p>
 * The methods with a description are tools of Dev MCP, too. A write has none, and so cannot be enabled there: a coding
 * assistant must not take services down. {@code JsonRpcUsage} would say the same, but Quarkus 3.33 fails to read it.
 */
public class LivelyJsonRpcService {

    private static final Duration TICK = Duration.ofSeconds(1);
    /** Of a large fleet the first list would otherwise be as many messages. */
    private static final int BATCH = 500;
    private static final Duration BATCH_WAITS = Duration.ofMillis(50);

    private final LivelyLifecycle lively;
    private final LivelyConfig config;
    private volatile boolean ended;

    LivelyJsonRpcService(LivelyLifecycle lively, LivelyConfig config) {
        this.lively = lively;
        this.config = config;
    }

    /** The services that there are and what changes, as {@link LivenessView#watch} tells it, a few at a time. */
    public Multi<List<FleetEvent>> fleet() {
        return Multi.createFrom().deferred(() -> lively.view().watch(ServiceQuery.all())).map(FleetEvent::of)
                .group().intoLists().of(BATCH, BATCH_WAITS);
    }

    /** The registration of this application, and how fresh the view is, each second. */
    public Multi<OwnState> self() {
        return each(TICK, () -> OwnState.of(lively.registration(), Optional.of(lively.view().freshness())));
    }

    /** The state of the registration of this application, for the card: at once, and whenever it changes. */
    public Multi<String> state() {
        return !config.active() ? Multi.createFrom().item("switched off")
                : each(TICK, () -> lively.registration().state().name()).skip().repetitions();
    }

    /** All services, as etcd has them now. */
    @DevMCPEnableByDefault
    @JsonRpcDescription("Lists all services in the registry of Lively, read from etcd now: uuid, type, host, region, liveness"
            + " (UP, DOWN, or EXPIRED if its process crashed or cannot reach etcd), the reason and since when, whether a process"
            + " owns it, its endpoint, metadata and maintenance")
    public List<FleetEvent.Service> services() {
        return lively.registry().list(ServiceQuery.all()).stream()
                .map(service -> FleetEvent.Service.of(service, service.since())).toList();
    }

    /** The registration of this application now. */
    @DevMCPEnableByDefault
    @JsonRpcDescription("Returns the registration of this application in Lively: its state (STARTING, REGISTERED, HELD_DOWN,"
            + " LOST, FENCED, STOPPED or DISABLED), since when and why, its uuid, type, host and region, its lease with TTL and"
            + " remaining seconds, its fencing token, and how far its local view can be relied on, if the application has one")
    public OwnState registration() {
        return OwnState.of(lively.registration(), lively.viewInUse());
    }

    /** What happened to a service, the newest first; nothing if it does not exist, or not yet. */
    @DevMCPEnableByDefault
    @JsonRpcDescription("Lists what happened to one service in the registry of Lively, the newest first: when it became UP or"
            + " DOWN, why, and who did it")
    public List<HistoryEntry> history(
            @JsonRpcDescription("The uuid of the service, as the list of services has it") String uuid) {
        try {
            return lively.registry().history(uuid).stream().map(HistoryEntry::of).toList();
        } catch (UnknownServiceException e) {
            return List.of();
        }
    }

    /**
     * Takes a service down.
     *
     * @param note why; may be empty
     * @param end when the maintenance ends, as ISO 8601 has it, in UTC; empty: when somebody lifts it
     */
    public Outcome down(String uuid, String note, String end) {
        return Outcome.of(() -> {
            Maintenance maintenance = new Maintenance(note, Optional.empty(), instant(end));
            return note.isEmpty() && end.isEmpty() ? lively.registry().down(uuid) : lively.registry().down(uuid, maintenance);
        });
    }

    /** Lifts what took a service down. */
    public Outcome up(String uuid) {
        return Outcome.of(() -> lively.registry().up(uuid));
    }

    /**
     * Whether something was written.
     *
     * @param done whether it was
     * @param message why not, for a human; empty if it was
     */
    public record Outcome(boolean done, String message) {

        static Outcome of(Supplier<ServiceRecord> write) {
            try {
                write.get();
                return new Outcome(true, "");
            } catch (LivelyException e) {
                // Quarkus would log a stack trace of what is thrown, and these are for who sits at the page.
                return new Outcome(false, e.getMessage());
            }
        }
    }

    private static Optional<Instant> instant(String end) {
        try {
            return end.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(end));
        } catch (DateTimeParseException e) {
            throw new InvalidServiceException("end", "the end must be a time such as 2030-01-31T12:00:00Z");
        }
    }

    /** At a reload Quarkus leaves the streams of open pages running, and there is nobody to be asked any more. */
    @PreDestroy
    void end() {
        ended = true;
    }

    /** Now, and then again and again; a page that is slow misses some. */
    private <T> Multi<T> each(Duration interval, Supplier<T> answer) {
        return Multi.createFrom().ticks().every(interval).onOverflow().drop().select().first(tick -> !ended)
                .map(tick -> answer.get());
    }
}
