package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.jboss.logging.Logger.Level;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices.Provider;
import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;
import io.quarkus.runtime.LaunchMode;

/** One that cannot be started is passed over, and none at all stops nothing. Of several processes, one owns the shared etcd. */
class DevEtcdTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Candidate broken = new Candidate("http://broken:1", "broken");
    private final Candidate good = new Candidate("http://good:1", null);
    private final Candidate spare = new Candidate("http://spare:1", null);
    private final List<Announcement> log = Collections.synchronizedList(new ArrayList<>());

    @Test
    void isTheFirstThatStarts() {
        DevEtcd etcd = etcd(List.of(), broken, good, spare);

        etcd.start();

        assertEquals(Optional.of("http://good:1"), etcd.url());
        assertTrue(good.running);
        assertFalse(spare.running);
        etcd.announce();
        assertEquals(List.of(Announcement.warning("etcd at http://broken:1 did not start: broken"),
                Announcement.info("Dev Services for Lively use etcd at http://good:1. To look into it: etcdctl --endpoints"
                        + " http://good:1 get --prefix /services --keys-only")),
                log);

        etcd.close();

        assertFalse(good.running);
    }

    @Test
    void stepsAsideIfNoneStarts() {
        DevEtcd etcd = etcd(List.of(), broken);

        etcd.start();

        assertEquals(Optional.empty(), etcd.url());
        assertEquals(List.of(Level.WARN, Level.WARN), etcd.announcements().stream().map(Announcement::level).toList());
        etcd.close();
    }

    @Test
    void aContainerWithoutAnImageIsPassedOver() {
        DevEtcd etcd = etcd(List.of(),
                new EtcdContainer(Configured.provider(Provider.CONTAINER).imageName("no image:at all"), LaunchMode.TEST, 0,
                        Optional.empty(), ContainerNetwork.NONE, Duration.ofSeconds(1)),
                good);

        etcd.start();

        assertEquals(Optional.of("http://good:1"), etcd.url());
    }

    @Test
    void isTheOneThatIsSharedIfThereIsOne() {
        DevEtcd etcd = etcd(List.of(Optional::empty, () -> Optional.of(found("http://found:1"))), good);

        etcd.start();

        assertEquals(Optional.of("http://found:1"), etcd.url());
        assertFalse(good.running);
        assertEquals(List.of(Announcement.info("Dev Services for Lively use found. To look into it: etcdctl --endpoints"
                + " http://found:1 get --prefix /services --keys-only")), etcd.announcements());
        etcd.close();
    }

    /** Both find none, and one of them takes the port. The failure of the other one is no news. */
    @Test
    void isTheOneThatAnotherProcessStartsAtTheSameTime() {
        DevEtcd etcd = etcd(
                List.of(() -> Optional.of(broken.tried).filter(tried -> tried).map(tried -> found("http://found:1"))),
                broken, spare);

        etcd.start();

        assertEquals(Optional.of("http://found:1"), etcd.url());
        assertFalse(spare.running);
        assertEquals(1, etcd.announcements().size());
        etcd.close();
    }

    @Test
    void isItsOwnIfSomethingElseIsAtThePort() {
        DevEtcd etcd = new DevEtcd(List.of(() -> {
            throw new PortTakenException(7, "is taken by a test", null);
        }), () -> List.of(good), () -> List.of(spare), log::add);

        etcd.start();

        assertEquals(Optional.of("http://spare:1"), etcd.url());
        assertFalse(good.running);
        assertEquals(List.of(Announcement.warning("Port 7 is taken by a test, so this application has an etcd of its own, and"
                + " does not see other applications. To share one, free the port, or set quarkus.lively.devservices.port to"
                + " the same free port in all of them")), etcd.announcements().subList(0, 1));
        assertEquals(2, etcd.announcements().size());
        etcd.close();
    }

    /** Nothing listens there, and yet no socket can: the machine may reserve the port. */
    @Test
    void isItsOwnIfThePortCannotBeBound() {
        Candidate reserved = new Candidate("http://reserved:1", null) {
            @Override
            public void start() {
                throw new UncheckedIOException(new BindException("reserved"));
            }
        };
        Sharing sharing = new Sharing(7, "ours", "test/ours");
        DevEtcd etcd = new DevEtcd(List.of(), () -> List.of(new SharedEtcd(reserved, sharing, PATIENCE)), () -> List.of(spare),
                log::add);

        etcd.start();

        assertEquals(Optional.of("http://spare:1"), etcd.url());
        assertTrue(etcd.announcements().get(0).text().startsWith("Port 7 cannot be bound, so "));
        etcd.close();
    }

    /** Its own is about to give up the port, but has not ended yet. */
    @Test
    void endsItsOwnIfAnotherProcessAnswersAtThePort() throws IOException {
        try (MemoryEtcd other = MemoryEtcd.started(0); EtcdProbe owner = new EtcdProbe("127.0.0.1", other.port())) {
            Sharing sharing = new Sharing(other.port(), "ours", "test/ours");
            owner.leave(sharing.mark(), PATIENCE);
            Candidate late = new Candidate("http://127.0.0.1:" + other.port(), null);
            DevEtcd etcd = etcd(List.of(() -> Optional.of(late.tried).filter(tried -> tried).map(tried -> found(late.url))),
                    new SharedEtcd(late, sharing, PATIENCE));

            etcd.start();

            assertFalse(late.running);
            assertEquals(Optional.of(late.url), etcd.url());
            assertEquals(1, etcd.announcements().size());
            etcd.close();
        }
    }

    /** As in as many processes, with the real etcd where it is installed, and the embedded one. */
    @Test
    void ofManyThatStartAtOnceOneIsTheOwner() throws Exception {
        Sharing sharing = new Sharing(freePort(), "ours", "test/ours");
        List<DevEtcd> all = IntStream.range(0, 6).mapToObj(number -> sharing(sharing, number % 2 == 0)).toList();
        ExecutorService threads = Executors.newFixedThreadPool(all.size());
        try {
            for (Future<?> start : all.stream().map(etcd -> threads.submit(etcd::start)).toList()) {
                start.get();
            }

            String url = "http://127.0.0.1:" + sharing.port();
            assertEquals(List.of(url), all.stream().map(etcd -> etcd.url().orElse("none")).distinct().toList());
            assertEquals(1, all.stream().map(DevEtcd::announcements)
                    .filter(lines -> !lines.get(0).text().contains("of another application")).count(), all::toString);
            assertEquals(all.size(), all.stream().mapToInt(etcd -> etcd.announcements().size()).sum(), "one line each");
        } finally {
            threads.shutdownNow();
            all.forEach(DevEtcd::close);
        }
    }

    @Test
    void saysWhatToDoWhenTheOwnerEnds() throws IOException {
        MemoryEtcd owner = MemoryEtcd.started(0);
        String url = "http://127.0.0.1:" + owner.port();
        DevEtcd etcd = etcd(List.of(() -> Optional.of(found(url))), spare);
        etcd.start();
        assertFalse(etcd.hasEnded());

        owner.close();

        await().until(() -> !log.isEmpty());
        assertTrue(etcd.hasEnded());
        assertEquals(List.of(Announcement.warning("The shared etcd at " + url + " has ended with the application that owned it."
                + " Restart this application (in dev mode, press s in its terminal): it then starts an etcd at the same address,"
                + " where the other applications register themselves")), log);
        etcd.close();
        assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter("lively-shared-etcd"::equals).toList());
    }

    private DevEtcd etcd(List<EtcdSearch> searches, LocalEtcd... candidates) {
        return new DevEtcd(searches, () -> List.of(candidates), List::of, log::add);
    }

    private DevEtcd sharing(Sharing sharing, boolean real) {
        SearchPath path = SearchPath.ofEnvironment();
        Provider provider = real && path.find("etcd").isPresent() ? Provider.BINARY : Provider.EMBEDDED;
        EtcdProviders providers = new EtcdProviders(Configured.provider(provider), LaunchMode.DEVELOPMENT,
                ContainerNetwork.NONE, PATIENCE, () -> false, path);
        return new DevEtcd(LivelyDevServicesProcessor.searches(sharing, providers), () -> providers.shared(sharing),
                providers::own, log::add);
    }

    private static FoundEtcd found(String url) {
        return new FoundEtcd("found", url, null, true);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static class Candidate implements LocalEtcd {

        private final String url;
        private final String failure;
        private boolean running;
        private boolean tried;

        Candidate(String url, String failure) {
            this.url = url;
            this.failure = failure;
        }

        @Override
        public void start() {
            tried = true;
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
            running = true;
        }

        @Override
        public void close() {
            running = false;
        }

        @Override
        public String description() {
            return "etcd at " + url;
        }

        @Override
        public String getConnectionInfo() {
            return url;
        }

        @Override
        public String getContainerId() {
            return null;
        }
    }
}
