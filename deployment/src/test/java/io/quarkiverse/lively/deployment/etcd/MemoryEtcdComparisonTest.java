package io.quarkiverse.lively.deployment.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;

import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/**
 * The same random requests, one after the other, get the same answers from a real etcd as from the embedded one, and the same
 * events. Of {@code -Dlively.etcd.seeds} seeds, from {@code lively.etcd.seed} on, and {@code -Dlively.etcd.operations} each.
 */
@NeedsProgram("etcd")
class MemoryEtcdComparisonTest {

    private static final int OPERATIONS = Integer.getInteger("lively.etcd.operations", 300);
    /** etcd looks after watches that begin in the past each 100 ms. */
    private static final Duration CATCH_UP = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<String> requests = new ArrayList<>();
    private RawEtcd real;
    private RawEtcd embedded;

    static LongStream seeds() {
        long first = Long.getLong("lively.etcd.seed", 1);
        return LongStream.range(first, first + Integer.getInteger("lively.etcd.seeds", 3));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theSameAnswersAndEvents(long seed) throws IOException {
        try (EtcdServer realServer = EtcdServer.started();
                MemoryEtcd embeddedServer = MemoryEtcd.started(0);
                RawEtcd toReal = new RawEtcd(realServer.port());
                RawEtcd toEmbedded = new RawEtcd(embeddedServer.port())) {
            real = toReal;
            embedded = toEmbedded;
            RandomRequests random = new RandomRequests(seed);
            for (int i = 0; i < OPERATIONS; i++) {
                step(random);
                random.at(revision(embedded));
            }
            compareEvents();
            // Nothing comes that the other one is not told.
            String last = "~";
            ask(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(last)).build(), (etcd, put) -> etcd.kv().put(put));
            compareEvents();
            if (seed == seeds().findFirst().orElseThrow()) {
                compareExpiry(ByteString.copyFromUtf8("expires"));
            }
        }
    }

    /** At some time the keys of a lease that ran out are gone, all in one revision and in the same order. */
    private void compareExpiry(ByteString key) {
        RangeRequest all = RangeRequest.newBuilder().setKey(key).setRangeEnd(ByteString.copyFromUtf8("expiret")).build();
        watch(WatchRequest.newBuilder().setCreateRequest(
                WatchCreateRequest.newBuilder().setKey(all.getKey()).setRangeEnd(all.getRangeEnd())).build());
        ask(LeaseGrantRequest.newBuilder().setID(98).setTTL(2).build(), (etcd, grant) -> etcd.lease().leaseGrant(grant));
        for (String each : List.of("2", "1", "10")) {
            ask(PutRequest.newBuilder().setKey(key.concat(ByteString.copyFromUtf8(each))).setLease(98).build(),
                    (etcd, put) -> etcd.kv().put(put));
        }
        for (RawEtcd etcd : List.of(real, embedded)) {
            Awaitility.await().atMost(PATIENCE).until(() -> etcd.kv().range(all).getKvsCount() == 0);
        }
        compareEvents();
        ask(all, (etcd, range) -> etcd.kv().range(range));
        ask(LeaseTimeToLiveRequest.newBuilder().setID(98).build(), MemoryEtcdComparisonTest::timeToLive);
    }

    private void step(RandomRequests random) {
        int dice = random.below(100);
        if (dice < 25) {
            ask(random.put(), (etcd, put) -> etcd.kv().put(put));
        } else if (dice < 40) {
            ask(random.range(), (etcd, range) -> etcd.kv().range(range));
        } else if (dice < 48) {
            ask(random.delete(), (etcd, delete) -> etcd.kv().deleteRange(delete));
        } else if (dice < 75) {
            ask(random.txn(), (etcd, txn) -> etcd.kv().txn(txn));
        } else if (dice < 80) {
            ask(random.grant(), (etcd, grant) -> etcd.lease().leaseGrant(grant));
        } else if (dice < 82) {
            ask(random.oddGrant(), (etcd, grant) -> etcd.lease().leaseGrant(grant));
            ask(LeaseRevokeRequest.newBuilder().setID(99).build(), (etcd, revoke) -> etcd.lease().leaseRevoke(revoke));
        } else if (dice < 84) {
            ask(random.revoke(), (etcd, revoke) -> etcd.lease().leaseRevoke(revoke));
        } else if (dice < 86) {
            long lease = random.lease();
            compare("keep-alive " + lease, etcd -> RawEtcd.told(() -> etcd.keepAlive(lease)));
        } else if (dice < 89) {
            ask(random.timeToLive(), MemoryEtcdComparisonTest::timeToLive);
        } else if (dice < 91) {
            // Before, because etcd may have yet to tell what it would forget, or to see that there is nothing to tell.
            compareEvents();
            pause();
            ask(random.compaction(), (etcd, compaction) -> etcd.kv().compact(compaction));
        } else if (dice < 96) {
            watch(random.watch());
        } else if (dice < 98) {
            watch(random.cancel());
        } else {
            watch(random.progress());
        }
    }

    private <T extends Message> void ask(T request, Call<T> call) {
        compare(request.getClass().getSimpleName() + " " + request, etcd -> RawEtcd.told(() -> call.answer(etcd, request)));
    }

    private void watch(WatchRequest request) {
        compareEvents();
        requests.add(request.toString());
        real.watch(request);
        embedded.watch(request);
        compareEvents();
    }

    private void compare(String request, Function<RawEtcd, String> answer) {
        requests.add(request);
        assertEquals(answer.apply(real), answer.apply(embedded), this::story);
    }

    private void compareEvents() {
        // Answered after all that the embedded one has to tell, so that only the real one can be behind.
        revision(embedded);
        try {
            Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                    .until(() -> real.watched().equals(embedded.watched()));
        } catch (ConditionTimeoutException e) {
            assertEquals(differing(real, embedded), differing(embedded, real), this::story);
        }
    }

    /** What one was told by each watch from where on the other one was told something else. */
    private static String differing(RawEtcd one, RawEtcd other) {
        Map<Long, List<String>> others = other.watched();
        StringBuilder lines = new StringBuilder();
        one.watched().forEach((id, told) -> {
            List<String> toldOther = others.getOrDefault(id, List.of());
            int same = 0;
            while (same < Math.min(told.size(), toldOther.size()) && told.get(same).equals(toldOther.get(same))) {
                same++;
            }
            if (same < Math.max(told.size(), toldOther.size())) {
                lines.append("watch ").append(id).append(" after ").append(same).append(":\n")
                        .append(String.join("--\n", told.subList(same, told.size())));
            }
        });
        return lines.toString();
    }

    private String story() {
        return "Request " + requests.size() + ", after " + String.join("\n",
                requests.subList(Math.max(0, requests.size() - 3), requests.size())) + "\n";
    }

    private static void pause() {
        try {
            Thread.sleep(CATCH_UP.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long revision(RawEtcd etcd) {
        return etcd.kv().range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build()).getHeader()
                .getRevision();
    }

    /** The rest of the time passes, and the keys are in no order. */
    private static LeaseTimeToLiveResponse timeToLive(RawEtcd etcd, LeaseTimeToLiveRequest request) {
        LeaseTimeToLiveResponse response = etcd.lease().leaseTimeToLive(request);
        List<ByteString> keys = response.getKeysList().stream()
                .sorted(Comparator.comparing(ByteString::toStringUtf8)).toList();
        return response.toBuilder().setTTL(Long.signum(response.getTTL())).clearKeys().addAllKeys(keys).build();
    }

    private interface Call<T> {

        Message answer(RawEtcd etcd, T request);
    }
}
