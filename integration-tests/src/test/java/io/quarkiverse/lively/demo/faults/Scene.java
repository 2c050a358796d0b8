package io.quarkiverse.lively.demo.faults;

import java.time.Duration;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.demo.DemoProcess;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;

/**
 * A fleet of 200 services on an etcd: two applications and a victim, each a process of its own, and a generator for all others.
 * Two viewers record every event; the second one has a door of its own to each member, so that it can be cut off.
 */
final class Scene implements AutoCloseable {

    static final int SERVICES = 200;
    static final Duration SUSPECT_LIMIT = Duration.ofSeconds(10);
    private static final String VICTIM = "victim";
    /** What a process has used once goes on to exist: threads of pools, classes, buffers. */
    private static final int WARM_UP = 200;

    private final Form form;
    private final Members members;
    private final List<CutProxy> doors;
    private final List<CutProxy> doorsOfTheLastViewer;
    private final String endpoints;
    private final List<DemoProcess> applications;
    private final Generator generator;
    private final List<Viewer> viewers;
    private final Etcd etcd;
    private final Set<String> living;
    private final Map<DemoProcess, Census> censuses = new HashMap<>();
    private final Map<DemoProcess, Long> heaps = new HashMap<>();
    private final Deque<Runnable> closings = new ConcurrentLinkedDeque<>();
    private DemoProcess victim;

    /**
     * If it cannot be made, nothing of it is left.
     *
     * @param members closed with it
     * @param throughDoors whether all but the second viewer have to go through doors as well
     */
    Scene(Form form, Members members, boolean throughDoors) {
        this.form = form;
        this.members = members;
        closings.add(members::close);
        try {
            this.doors = throughDoors ? doors() : List.of();
            this.doorsOfTheLastViewer = throughDoors ? doors : doors();
            String urls = members.all().stream().map(EtcdServer::url).collect(Collectors.joining(","));
            this.endpoints = throughDoors ? urls(doors) : urls;
            this.etcd = new EtcdConnection(configured(urls).settings().etcd(), new SystemPlatform());
            closings.add(etcd::close);
            this.generator = new Generator(configured(endpoints), SERVICES - 3);
            closings.add(generator::close);
            this.viewers = List.of(viewer(endpoints), viewer(urls(doorsOfTheLastViewer)));
            List<DemoProcess> processes = Stream.of("first", "second", VICTIM).parallel().map(this::start).toList();
            this.applications = processes.subList(0, 2);
            this.victim = processes.get(2);
            this.living = new TreeSet<>(generator.uuids());
            applications.forEach(application -> living.add(application.uuid()));
            awaitFleet();
            applications.forEach(this::count);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void awaitFleet() {
        Awaitility.await("the fleet is there").atMost(Duration.ofSeconds(60))
                .until(() -> allLivingAreRegistered() && "REGISTERED".equals(victim.state())
                        && viewers.stream().allMatch(viewer -> viewer.replay().size() == SERVICES
                                && viewer.view().freshness().state() == Freshness.State.CURRENT));
    }

    private void count(DemoProcess application) {
        Stream.generate(() -> "/self").limit(WARM_UP).parallel().forEach(application::get);
        heaps.put(application, Census.heap(application));
        censuses.put(application, Census.of(application));
    }

    Duration ttl() {
        return form.ttl();
    }

    Members members() {
        return members;
    }

    EtcdServer etcd() {
        return members.one();
    }

    private List<CutProxy> doors() {
        return members.all().stream().map(member -> {
            CutProxy door = new CutProxy(member.port());
            closings.add(door::close);
            return door;
        }).toList();
    }

    private Viewer viewer(String urls) {
        Viewer viewer = new Viewer(configured(urls));
        closings.add(viewer::close);
        return viewer;
    }

    /** To a member that somebody talks to: each client holds on to one of them. */
    CutProxy doorInUse() {
        return doors.stream().filter(CutProxy::isInUse).findFirst().orElseThrow();
    }

    List<CutProxy> allDoors() {
        return doors;
    }

    CutProxy doorOfTheLastViewer() {
        return doorsOfTheLastViewer.get(0);
    }

    List<Viewer> viewers() {
        return viewers;
    }

    Generator generator() {
        return generator;
    }

    /** Those that no fault is to harm. */
    List<DemoProcess> applications() {
        return applications;
    }

    /** The application that is there to be harmed. */
    DemoProcess victim() {
        return victim;
    }

    /** The victim is another process from now on. */
    DemoProcess restartVictim(Map<String, String> environment) {
        victim.close();
        victim = start(VICTIM, environment);
        return victim;
    }

    private DemoProcess start(String host) {
        return start(host, Map.of());
    }

    private DemoProcess start(String host, Map<String, String> environment) {
        DemoProcess process = DemoProcess.start(members.one(), environment, "-Dquarkus.lively.etcd.endpoints=" + endpoints,
                "-Dquarkus.lively.status-ttl=" + ttl().toSeconds(), "-Dquarkus.lively.service.host=" + host,
                "-Dquarkus.shutdown.delay=1S", "-Dquarkus.shutdown.timeout=2S");
        closings.add(process::close);
        return process;
    }

    /** All services but the victim. */
    Set<String> living() {
        return living;
    }

    /** Whether all services but the victim say that they are registered, and etcd says so too. */
    boolean allLivingAreRegistered() {
        return generator.isRegistered()
                && applications.stream().allMatch(application -> "REGISTERED".equals(application.state()))
                && uuids("/services/by-status/UP/").containsAll(living)
                && uuids("/services/by-owner/").containsAll(living);
    }

    Etcd rawEtcd() {
        return etcd;
    }

    /** How much more each application holds than at the beginning, at most. */
    Census growth() {
        List<Census> growths = applications.stream().map(application -> {
            Census now = Census.of(application);
            Census then = censuses.get(application);
            return new Census(now.threads() - then.threads(), now.descriptors() - then.descriptors());
        }).toList();
        return new Census(growths.stream().mapToLong(Census::threads).max().orElseThrow(),
                growths.stream().mapToLong(Census::descriptors).max().orElseThrow());
    }

    /** How much more is on the heap of an application than at the beginning, at most, in KiB. */
    long growthOfHeap() {
        return applications.stream().mapToLong(application -> Census.heap(application) - heaps.get(application)).max()
                .orElseThrow();
    }

    @Override
    public void close() {
        // What was opened last needs what was opened before it to end well.
        while (!closings.isEmpty()) {
            closings.removeLast().run();
        }
    }

    private Configured configured(String urls) {
        return Configured.nothing().with("etcd.endpoints", urls).with("status-ttl", Long.toString(ttl().toSeconds()))
                .with("view.suspect-limit", Long.toString(SUSPECT_LIMIT.toSeconds()));
    }

    private Set<String> uuids(String prefix) {
        ByteString from = ByteString.copyFromUtf8(prefix);
        ByteString to = ByteString.copyFromUtf8(prefix.substring(0, prefix.length() - 1) + "0");
        try {
            return etcd.read(new Range(from, to, 0, SERVICES * 2, true)).join().entries().stream()
                    .map(entry -> entry.key().toStringUtf8().substring(prefix.length())).collect(Collectors.toSet());
        } catch (CompletionException e) {
            // etcd is not back yet.
            return Set.of();
        }
    }

    private static String urls(List<CutProxy> doors) {
        return doors.stream().map(CutProxy::url).collect(Collectors.joining(","));
    }
}
