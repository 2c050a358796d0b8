package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import io.quarkiverse.lively.simulation.etcd.Backup;
import io.quarkiverse.lively.simulation.etcd.EtcdCluster;
import io.quarkiverse.lively.simulation.etcd.EtcdMember;

/** Does what the acts of a plan say. An act that finds nothing to act on does nothing. */
final class Acts {

    private final World world;
    private final EtcdCluster etcd;
    private final Registries registries;
    private Optional<Backup> backup = Optional.empty();

    Acts(World world) {
        this.world = world;
        this.etcd = world.etcd();
        this.registries = new Registries(world);
        // What a restore brings back is of some time before it.
        world.scheduler().after(Plan.ACTS_END.toNanos() / 4, () -> backup = Optional.of(etcd.backup()));
    }

    void perform(Act act) {
        RandomGenerator random = world.chance().of(act.name());
        Place place = world.places().get(act.service(world.places().size()));
        int member = act.other(etcd.size());
        Duration time = act.duration();
        trouble(act, place);
        switch (act.kind()) {
            case START -> place.start();
            case STOP -> place.stop(() -> {
            });
            case RESTART -> place.stop(() -> startLater(place, random));
            case RELOAD -> place.reload();
            case CRASH -> place.crash();
            case CRASH_AND_START -> {
                place.crash();
                startLater(place, random);
            }
            case PAUSE -> place.pause(time, false);
            case SUSPEND -> place.pause(time, true);
            case SET_CLOCK -> place.machine().setWallClock(Duration.ofMillis(random.nextLong(-60_000, 60_000)));
            case REGISTER_FURTHER -> place.running().ifPresent(application -> application.registerFurther(random));
            case REGISTER_MANY -> place.running().ifPresent(application -> {
                for (int i = 0; i < SimulatedApplication.FURTHER; i++) {
                    application.registerFurther(random);
                }
            });
            case CLOSE_FURTHER -> place.running().ifPresent(application -> application.closeFurther(random, false));
            case ABANDON_FURTHER -> place.running().ifPresent(application -> application.closeFurther(random, true));
            case APPLICATION_DOWN -> place.running().ifPresent(application -> application.down("asked to " + act.number()));
            case APPLICATION_UP -> place.running().ifPresent(SimulatedApplication::up);
            case READINESS -> place.running().ifPresent(SimulatedApplication::changeReadiness);
            case UPDATE_METADATA -> place.application().ifPresent(application -> application.updateMetadata(random));
            case OBSERVER_FAILS -> place.running().ifPresent(SimulatedApplication::failAtNextChange);
            case OPERATOR_DOWN, OPERATOR_DOWN_UNTIL, OPERATOR_PLAN, OPERATOR_UP, OPERATOR_DELETE, OPERATOR_UPDATE, READ ->
                world.places().get(act.other(world.places().size())).running()
                        .ifPresent(application -> registries.call(act, application, random));
            case OS_LIVELY -> {
                world.osLively().act(act, random);
                registries.writeBeside(act, random);
            }
            case STEAL_NAME -> {
                world.osLively().stealName(act, random);
                registries.quarrel(act, random);
            }
            case SUBSCRIBE -> place.running().ifPresent(application -> application.subscribe(random, false));
            case SUBSCRIBE_SLOWLY -> place.running().ifPresent(application -> application.subscribe(random, true));
            case CANCEL -> place.running().ifPresent(application -> application.cancelSubscriber(random));
            case AWAIT_REVISION -> place.running().ifPresent(application -> application.awaitRevision(etcd.revision()));
            case KILL_MEMBER -> {
                etcd.kill(member);
                world.untilHealed(time, () -> etcd.start(member));
            }
            case FREEZE_MEMBER -> {
                etcd.freeze(member);
                world.untilHealed(time, () -> etcd.thaw(member));
            }
            case ISOLATE_MEMBERS -> {
                // One of three, or all of them from each other.
                etcd.isolate(random.nextInt(4) == 0 ? IntStream.range(0, etcd.size()).toArray() : new int[] { member });
                world.untilHealed(time, etcd::heal);
            }
            case LAG_MEMBER -> {
                etcd.lag(member, Duration.ofMillis(random.nextLong(10, 6_000)));
                world.untilHealed(time, () -> etcd.lag(member, Duration.ZERO));
            }
            case DELAY_WATCHES -> {
                etcd.delayWatches(member, Duration.ofMillis(random.nextLong(10, 6_000)));
                world.untilHealed(time, () -> etcd.delayWatches(member, Duration.ZERO));
            }
            case CHANGE_LEADER -> etcd.changeLeader();
            case PROMOTE_LEARNER ->
                etcd.members().stream().filter(EtcdMember::isLearner).forEach(learner -> etcd.promote(learner.index()));
            case COMPACT -> compact(random);
            case NO_SPACE -> {
                etcd.noSpace(true);
                world.untilHealed(time, () -> etcd.noSpace(false));
            }
            case USERS -> {
                etcd.requireUsers(true);
                world.untilHealed(time, () -> etcd.requireUsers(false));
            }
            case EXPIRE_TOKENS -> etcd.expireTokens();
            case DENY -> {
                etcd.denyWrites(true);
                world.untilHealed(time, () -> etcd.denyWrites(false));
            }
            case TOO_MANY_REQUESTS -> {
                etcd.tooManyRequests(member, true);
                world.untilHealed(time, () -> etcd.tooManyRequests(member, false));
            }
            case WIPE -> etcd.wipe();
            case RESTORE -> backup.ifPresent(etcd::restore);
            case RESET_CONNECTIONS -> links(place, random).forEach(Link::breakAll);
            case CUT -> set(links(place, random), Link.State.REFUSED, time);
            case SILENCE_BOTH -> set(links(place, random), Link.State.SILENT, time);
            case SILENCE_TO_MEMBER -> set(links(place, random), Link.State.TO_MEMBER_SILENT, time);
            case SILENCE_TO_PROCESS -> set(links(place, random), Link.State.TO_PROCESS_SILENT, time);
            case SLOW_DOWN -> {
                List<Link> links = links(place, random);
                long delay = random.nextLong(5_000_000L, 1_500_000_000L);
                links.forEach(link -> link.slowDown(delay));
                world.untilHealed(time, () -> links.forEach(link -> link.slowDown(0)));
            }
        }
    }

    /** Says what the act breaks, and for how long. */
    private void trouble(Act act, Place place) {
        Trouble trouble = world.trouble();
        switch (act.kind()) {
            case PAUSE, SUSPEND -> trouble.ofProcess(place.machine(), act.duration());
            case CUT, SILENCE_BOTH, SILENCE_TO_MEMBER, SILENCE_TO_PROCESS, SLOW_DOWN ->
                trouble.ofLinks(place.machine(), act.duration());
            case RESET_CONNECTIONS -> trouble.ofLinks(place.machine(), Duration.ZERO);
            case SET_CLOCK -> trouble.ofClock(place.machine());
            case FREEZE_MEMBER -> trouble.ofFrozenMember(act.duration());
            case ISOLATE_MEMBERS -> trouble.ofIsolatedMembers(act.duration());
            case KILL_MEMBER, LAG_MEMBER, DELAY_WATCHES, NO_SPACE, USERS, DENY, TOO_MANY_REQUESTS ->
                trouble.ofEtcd(act.duration());
            case CHANGE_LEADER, EXPIRE_TOKENS, WIPE, RESTORE -> trouble.ofEtcd(Duration.ZERO);
            default -> {
                // Nothing breaks.
            }
        }
    }

    /** Most often of all that is past, sometimes of less. */
    private void compact(RandomGenerator random) {
        long least = etcd.compactedRevision() + 1;
        long newest = etcd.revision();
        if (least <= newest) {
            etcd.compact(random.nextInt(3) > 0 ? newest : random.nextLong(Math.max(1, least), newest + 1));
        }
    }

    private void startLater(Place place, RandomGenerator random) {
        world.scheduler().after(random.nextInt(3) == 0 ? 0 : random.nextLong(4_000_000_000L), place::start);
    }

    /** From one machine to one member, or to all of them. */
    private List<Link> links(Place place, RandomGenerator random) {
        int one = random.nextInt(etcd.size());
        return random.nextBoolean() ? List.of(world.network().link(place.machine(), one))
                : IntStream.range(0, etcd.size()).mapToObj(member -> world.network().link(place.machine(), member)).toList();
    }

    private void set(List<Link> links, Link.State state, Duration time) {
        links.forEach(link -> link.set(state));
        world.untilHealed(time, () -> links.forEach(link -> link.set(Link.State.OPEN)));
    }
}
