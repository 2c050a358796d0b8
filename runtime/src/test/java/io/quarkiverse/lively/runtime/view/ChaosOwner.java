package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.quarkiverse.lively.test.RegistryContents;

/**
 * A process that registers some services, closes them again, and sometimes dies and starts anew. Used by one thread.
 */
final class ChaosOwner implements AutoCloseable {

    private static final Duration TTL = Duration.ofSeconds(2);
    /** What a claim says of itself, so that it can be told whose it is. */
    private static final String MARK = "mark";
    private static final AtomicInteger MARKS = new AtomicInteger();

    private final Etcd etcd;
    private final KeyLayout layout;
    private final int firstService;
    private final int services;
    private final Dice dice;
    private final Tally tally;
    private final Map<String, Open> open = new TreeMap<>();

    private Worker worker;
    private Registrar registrar;

    private record Open(Registration registration, String mark) {
    }

    ChaosOwner(Etcd etcd, KeyLayout layout, int firstService, int services, Dice dice, Tally tally) {
        this.etcd = etcd;
        this.layout = layout;
        this.firstService = firstService;
        this.services = services;
        this.dice = dice;
        this.tally = tally;
        start();
    }

    private void start() {
        worker = new SystemPlatform().worker("owner");
        registrar = new Registrar(etcd, layout, worker, new SystemPlatform(), new Registrar.Settings(false,
                new ServiceIdentity("owner", "owner", "owner", "r"), TTL, Duration.ofSeconds(1), "1", Map.of(),
                OnConflict.TAKEOVER, false,
                false), change -> tally.count("registration " + change.current()));
    }

    void change() {
        String uuid = "u" + (firstService + dice.below(services));
        if (dice.oneIn(50)) {
            tally.count("owner dies");
            close();
            start();
        } else if (!open.containsKey(uuid)) {
            // That it is still being closed is a conflict.
            tally.attempt("register", () -> open.put(uuid, register(uuid)));
        } else if (dice.oneIn(3)) {
            tally.attempt("close", () -> open.remove(uuid).registration().close());
        } else if (dice.oneIn(2)) {
            open.get(uuid).registration().down("chaos");
        } else {
            open.get(uuid).registration().up();
        }
        dice.pause(100);
    }

    private Open register(String uuid) {
        int number = Dice.number(uuid);
        String mark = Integer.toString(MARKS.incrementAndGet());
        return new Open(registrar.register(ServiceDefinition.of("t" + number % Dice.TYPES, Dice.host(number)).withUuid(uuid)
                .withRegion("r" + number % Dice.REGIONS).withMetadata(Map.of(MARK, mark))), mark);
    }

    /** What each registration says of itself is what etcd has. */
    void assertSettled(RegistryContents contents) {
        open.forEach((uuid, mine) -> {
            Registration registration = mine.registration();
            String claimed = contents.claimOf(uuid).map(claim -> mark(claim).orElse("another")).orElse("none");
            String where = uuid + " is " + registration.state() + ", " + registration.reason() + ": " + contents.of(uuid);
            switch (registration.state()) {
                case REGISTERED -> {
                    assertEquals(mine.mark(), claimed, where);
                    assertEquals(registration.record().isUp(), contents.isUp(uuid), where);
                    assertTrue(registration.fencingToken().isPresent(), where);
                }
                case HELD_DOWN -> {
                    assertEquals(mine.mark(), claimed, where);
                    assertFalse(contents.isUp(uuid), where);
                }
                case FENCED -> assertTrue(registration.reason().contains("NAME_TAKEN")
                        || !claimed.equals("none") && !claimed.equals(mine.mark()), where);
                case STARTING, LOST -> assertTrue(registration.reason().startsWith("NAME_TAKEN"), where);
                default -> throw new AssertionError(where);
            }
        });
    }

    void countStates() {
        open.values().forEach(mine -> tally.count("in the end " + mine.registration().state()));
    }

    /** Whatever kept its services DOWN is over. */
    void assertNothingIsHeld() {
        open.forEach((uuid, mine) -> assertNotEquals(RegistrationState.HELD_DOWN, mine.registration().state(), uuid));
    }

    /** Whose claim that is; empty if it is nobody's like this. */
    static Optional<String> mark(Claim claim) {
        return Optional.ofNullable(claim.getMetadataMap().get(MARK));
    }

    /** Whether that claim is of a service that it has registered, and not closed since. */
    boolean hasOpen(String mark) {
        return open.values().stream().anyMatch(mine -> mine.mark().equals(mark));
    }

    /** Dies: nothing more is written, and nobody is told. */
    @Override
    public void close() {
        worker.close();
        open.clear();
    }
}
