package io.quarkiverse.lively.runtime.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.DocPage;
import io.smallrye.mutiny.Uni;

/** What the check says in which state. It is given the registration only, so it can ask etcd nothing. */
class LivelyHealthCheckTest {

    private static final Set<RegistrationState> NOT_READY = EnumSet.of(RegistrationState.HELD_DOWN, RegistrationState.FENCED,
            RegistrationState.STOPPED);
    private static final Set<RegistrationState> DISCONNECTED = EnumSet.of(RegistrationState.STARTING, RegistrationState.LOST);

    @ParameterizedTest
    @EnumSource
    void lossOfEtcdIsNoReasonNotToBeReady(RegistrationState state) {
        assertEquals(!NOT_READY.contains(state), isReady(state, Configured.nothing()));
    }

    @ParameterizedTest
    @EnumSource
    void lossOfEtcdIsAReasonIfConfiguredSo(RegistrationState state) {
        assertEquals(!NOT_READY.contains(state) && !DISCONNECTED.contains(state),
                isReady(state, Configured.nothing().with("health.when-disconnected", "down")));
    }

    @Test
    void data() {
        HealthCheckResponse response = check(RegistrationState.REGISTERED,
                Optional.of(new Lease("1a2b", Duration.ofSeconds(60), Duration.ofMillis(41_500))), Configured.nothing());
        assertEquals("lively", response.getName());
        assertEquals(Map.ofEntries(Map.entry("state", "REGISTERED"), Map.entry("since", "2026-01-02T03:04:05.678Z"),
                Map.entry("reason", "a reason"), Map.entry("uuid", "a-uuid"), Map.entry("type", "a-type"),
                Map.entry("host", "a-host??"), Map.entry("region", "a-region"), Map.entry("status", "UP"),
                Map.entry("liveness", "UP"), Map.entry("revision", 17L), Map.entry("leaseId", "1a2b"),
                Map.entry("ttlSeconds", 60L),
                Map.entry("remainingMillis", 41_500L)), response.getData().orElseThrow());
    }

    @Test
    void switchedOff() {
        HealthCheckResponse response = new LivelyHealthCheck(() -> {
            throw new AssertionError("It is switched off");
        }, Configured.nothing().with("active", "false").config()).call();
        assertEquals(HealthCheckResponse.Status.UP, response.getStatus());
        assertEquals(Map.of("active", false), response.getData().orElseThrow());
    }

    /** Tools read them: the page has each key, its type and when it is absent. */
    @Test
    void theDataAreThoseOfThePage() {
        Map<String, String> withLease = types(check(RegistrationState.REGISTERED,
                Optional.of(new Lease("1a2b", Duration.ofSeconds(60), Duration.ofMillis(41_500))), Configured.nothing()));
        Map<String, String> withoutLease = types(check(RegistrationState.LOST, Optional.empty(), Configured.nothing()));
        Map<String, String> inactive = types(new LivelyHealthCheck(() -> {
            throw new AssertionError("It is inactive");
        }, Configured.nothing().with("active", "false").config()).call());

        Map<String, String> always = new TreeMap<>();
        Map<String, String> leased = new TreeMap<>();
        Map<String, String> ifInactive = new TreeMap<>();
        for (String[] row : rows()) {
            (switch (row[3]) {
                case "if Lively is inactive" -> always;
                case "while there is no lease" -> leased;
                case "if Lively is active" -> ifInactive;
                default -> throw new AssertionError("Unknown condition: " + row[3]);
            }).put(row[0].replace("`", ""), row[1]);
        }
        assertEquals(always, withoutLease);
        assertEquals(ifInactive, inactive);
        always.putAll(leased);
        assertEquals(always, withLease);
    }

    private static List<String[]> rows() {
        String text = DocPage.named("registration.adoc").text();
        String section = text.substring(text.indexOf("=== The data of the check"));
        return section.substring(0, section.indexOf("\n|===\n", section.indexOf("|===") + 4)).lines()
                .filter(line -> line.startsWith("|`"))
                .map(line -> Stream.of(line.substring(1).split("\\|")).map(String::strip).toArray(String[]::new)).toList();
    }

    private static Map<String, String> types(HealthCheckResponse response) {
        Map<String, String> types = new TreeMap<>();
        response.getData().orElseThrow().forEach((key, value) -> types.put(key,
                value instanceof Long ? "number" : value.getClass().getSimpleName().toLowerCase(Locale.ROOT)));
        return types;
    }

    private static boolean isReady(RegistrationState state, Configured configured) {
        return check(state, Optional.empty(), configured).getStatus() == HealthCheckResponse.Status.UP;
    }

    private static HealthCheckResponse check(RegistrationState state, Optional<Lease> lease, Configured configured) {
        return new LivelyHealthCheck(() -> new Standing(state, lease), configured.config()).call();
    }

    private record Standing(RegistrationState state, Optional<Lease> lease) implements Registration {

        @Override
        public ServiceRecord record() {
            return new ServiceRecord("a-uuid", "a-type", "a-host\n\u202e", "a-region", Status.UP, Optional.empty(),
                    Optional.empty(),
                    Map.of(), true, Liveness.UP, Reason.REGISTERED, Optional.empty(), 17);
        }

        @Override
        public Instant since() {
            return Instant.parse("2026-01-02T03:04:05.678901Z");
        }

        @Override
        public String reason() {
            return "a reason";
        }

        @Override
        public OptionalLong fencingToken() {
            return OptionalLong.empty();
        }

        @Override
        public void down(String reason) {
            throw new AssertionError("A check changes nothing");
        }

        @Override
        public void up() {
            throw new AssertionError("A check changes nothing");
        }

        @Override
        public void abandon() {
            throw new AssertionError("A check changes nothing");
        }

        @Override
        public void close() {
            throw new AssertionError("A check changes nothing");
        }

        @Override
        public Uni<Void> closeAsync() {
            throw new AssertionError("A check changes nothing");
        }

        @Override
        public void updateMetadata(Map<String, String> metadata) {
            throw new AssertionError("A check changes nothing");
        }

        @Override
        public Uni<Void> updateMetadataAsync(Map<String, String> metadata) {
            throw new AssertionError("A check changes nothing");
        }

        @Override
        public Uni<Void> checkReadiness() {
            throw new AssertionError("A check asks no other checks");
        }
    }
}
