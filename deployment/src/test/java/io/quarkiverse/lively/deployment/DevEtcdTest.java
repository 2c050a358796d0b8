package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.jboss.logging.Logger.Level;
import org.junit.jupiter.api.Test;

import io.quarkus.runtime.LaunchMode;

/** One that cannot be started is passed over, and none at all stops nothing. */
class DevEtcdTest {

    private final Candidate broken = new Candidate("http://broken:1", true);
    private final Candidate good = new Candidate("http://good:1", false);
    private final Candidate spare = new Candidate("http://spare:1", false);

    @Test
    void isTheFirstThatStarts() {
        DevEtcd etcd = new DevEtcd(List.of(), () -> List.of(broken, good, spare));

        etcd.start();

        assertEquals(Optional.of("http://good:1"), etcd.url());
        assertTrue(good.running);
        assertFalse(spare.running);
        assertEquals(List.of(Announcement.warning("etcd at http://broken:1 did not start: broken"),
                Announcement.info("Dev Services for Lively use etcd at http://good:1. To look into it: etcdctl --endpoints"
                        + " http://good:1 get --prefix /services --keys-only")),
                etcd.announcements());

        etcd.close();

        assertFalse(good.running);
    }

    @Test
    void stepsAsideIfNoneStarts() {
        DevEtcd etcd = new DevEtcd(List.of(), () -> List.of(broken));

        etcd.start();

        assertEquals(Optional.empty(), etcd.url());
        assertEquals(List.of(Level.WARN, Level.WARN), etcd.announcements().stream().map(Announcement::level).toList());
        etcd.close();
    }

    @Test
    void aContainerWithoutAnImageIsPassedOver() {
        DevEtcd etcd = new DevEtcd(List.of(), () -> List.of(
                new EtcdContainer("no image:at all", LaunchMode.TEST, 0, Optional.empty(), Duration.ofSeconds(1)), good));

        etcd.start();

        assertEquals(Optional.of("http://good:1"), etcd.url());
    }

    @Test
    void isTheOneThatIsSharedIfThereIsOne() {
        DevEtcd etcd = new DevEtcd(List.of(Optional::empty, () -> Optional.of(new FoundEtcd("found", "http://found:1", null))),
                () -> List.of(good));

        etcd.start();

        assertEquals(Optional.of("http://found:1"), etcd.url());
        assertFalse(good.running);
        assertEquals(List.of(Announcement.info("Dev Services for Lively use found. To look into it: etcdctl --endpoints"
                + " http://found:1 get --prefix /services --keys-only")), etcd.announcements());
        etcd.close();
    }

    /** Both find none, and one of them takes the port. */
    @Test
    void isTheOneThatAnotherProcessStartsAtTheSameTime() {
        DevEtcd etcd = new DevEtcd(
                List.of(() -> Optional.of(broken.tried).filter(tried -> tried)
                        .map(tried -> new FoundEtcd("found", "http://found:1", null))),
                () -> List.of(broken));

        etcd.start();

        assertEquals(Optional.of("http://found:1"), etcd.url());
    }

    @Test
    void isNoneIfSomethingElseIsInItsPlace() {
        DevEtcd etcd = new DevEtcd(List.of(() -> {
            throw new IllegalStateException("taken");
        }), () -> List.of(good));

        etcd.start();

        assertEquals(Optional.empty(), etcd.url());
        assertFalse(good.running);
        assertEquals(Announcement.warning("taken"), etcd.announcements().get(0));
        assertEquals(2, etcd.announcements().size());
    }

    private static final class Candidate implements LocalEtcd {

        private final String url;
        private final boolean fails;
        private boolean running;
        private boolean tried;

        Candidate(String url, boolean fails) {
            this.url = url;
            this.fails = fails;
        }

        @Override
        public void start() {
            tried = true;
            if (fails) {
                throw new IllegalStateException("broken");
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
