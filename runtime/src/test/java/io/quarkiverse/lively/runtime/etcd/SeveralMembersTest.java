package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** One member that does not answer is passed over, whichever it is. */
@NeedsProgram("etcd")
@Execution(ExecutionMode.CONCURRENT)
class SeveralMembersTest {

    private static final Transaction READ = Transaction.read(List.of(ByteString.copyFromUtf8("/key")));

    private final EtcdServer one = EtcdServer.started();
    private final EtcdServer other = EtcdServer.started();

    @AfterEach
    void end() {
        one.close();
        other.close();
    }

    @Test
    void aMemberThatIsDownCostsNoCall() {
        one.kill();
        for (EtcdSettings order : List.of(settings(), settings().startingWith(1))) {
            try (EtcdClient client = new EtcdClient(order)) {
                assertTrue(client.commit(READ).join().succeeded());
            }
        }
    }

    @Test
    void aMemberThatHangsIsLeftWithTheClientThatIsReplaced() {
        try (EtcdConnection connection = new EtcdConnection(settings(), new SystemPlatform())) {
            connection.commit(READ).join();
            for (EtcdServer hanging : List.of(one, other)) {
                hanging.freeze();
                Awaitility.await("the other member answers").atMost(Duration.ofSeconds(15)).ignoreExceptions()
                        .until(() -> connection.commit(READ).join().succeeded());
                hanging.thaw();
            }
        }
    }

    /** It was passed over, so that the next member in turn is the one that hangs. */
    @Test
    void aMemberThatHangsIsLeftAlsoIfItWasNotTheFirstChoice() {
        AtomicInteger made = new AtomicInteger();
        try (CutProxy first = new CutProxy(one.port()); CutProxy second = new CutProxy(other.port())) {
            EtcdSettings settings = settings(first.url(), second.url());
            MembersInTurn members = new MembersInTurn(settings, 0, new HostNames());
            first.refuse();
            try (EtcdConnection connection = EtcdConnection.of(number -> {
                made.incrementAndGet();
                return members.apply(number);
            }, settings, new SystemPlatform())) {
                assertTrue(connection.commit(READ).join().succeeded());
                first.acceptAgain();
                second.drop();
                Awaitility.await("the other member answers").atMost(Duration.ofSeconds(15)).ignoreExceptions()
                        .until(() -> connection.commit(READ).join().succeeded());
                assertEquals(2, made.get());
            }
        }
    }

    private EtcdSettings settings() {
        return settings(one.url(), other.url());
    }

    private static EtcdSettings settings(String one, String other) {
        return new EtcdSettings(List.of(URI.create(one), URI.create(other)), Duration.ofSeconds(1), Duration.ofMillis(500),
                Duration.ofSeconds(1));
    }
}
