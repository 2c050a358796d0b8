package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.test.EtcdServer;

/**
 * What the first and the second round of Lively stored, byte for byte: it is read, and gone on with, for as long as Lively
 * lives. The file of the first round was made by the code of the first round. A line is a key and its value in hex; values of
 * keys that only index may be empty.
 */
class GoldenDataTest {

    private static final List<String> SERVICES = List.of(
            "1 UP REGISTERED owned 10.0.0.1:8080 {version=2, zone=a}",
            "2 DOWN HEALTH owned 10.0.0.2:8080 {}",
            "3 DOWN MAINTENANCE owned 10.0.0.3:8080 {} 'Failed disk' until 2030-01-02T00:00:00Z",
            "4 UP REGISTERED owned 10.0.0.4:8080 {} 'New kernel' from 2030-01-02T00:00:00Z until 2030-01-03T00:00:00Z",
            "5 DOWN SHUTDOWN",
            "6 UP REGISTERED owned 10.0.0.6:8080 {}",
            "7 EXPIRED EXPIRED",
            "8 UP TAKEOVER owned 10.0.0.8:8089 {}");

    private static final Map<Integer, List<String>> HISTORIES = Map.of(
            1, List.of("UP REGISTERED #1"),
            2, List.of("DOWN HEALTH #2", "UP REGISTERED #2"),
            3, List.of("DOWN MAINTENANCE console@desk 'Failed disk'", "UP REGISTERED #3"),
            4, List.of("UP REGISTERED #4"),
            5, List.of("DOWN SHUTDOWN #5", "UP REGISTERED #5"),
            6, List.of("UP REGISTERED #6", "DOWN OPERATOR console@desk", "DOWN MAINTENANCE console@desk 'By mistake'",
                    "UP REGISTERED #6"),
            7, List.of("UP REGISTERED #7"),
            8, List.of("UP TAKEOVER #18", "UP REGISTERED #8"));

    @Test
    void theSecondRoundIsWrittenAsItWas() throws IOException {
        assertEquals(lines(golden("second-round")), lines(secondRound()));
    }

    @Test
    void whatIsSharedWithOsLivelyIsAsInTheFirstRound() throws IOException {
        assertEquals(shared(golden("first-round")), shared(golden("second-round")));
    }

    @ParameterizedTest
    @ValueSource(strings = { "first-round", "second-round" })
    void everyAnswerIsRight(String round) throws IOException {
        boolean isFirst = round.equals("first-round");
        try (EtcdServer server = EtcdServer.started(); EtcdConnection etcd = RealProcess.connection(server)) {
            KeyLayout layout = new KeyLayout("");
            etcd.commit(new Transaction(List.of(), golden(round).entrySet()
                    .stream().<Transaction.Operation> map(entry -> new Transaction.Put(ByteString.copyFromUtf8(entry.getKey()),
                            bytes(entry.getValue()), 0))
                    .toList(), List.of())).join();
            ServiceReader reader = new ServiceReader(etcd, layout, Runnable::run);
            for (int number = 1; number <= SERVICES.size(); number++) {
                String uuid = GoldenFleet.uuid(number);
                assertEquals(expected(number, isFirst), text(number, reader.find(uuid).join().orElseThrow()));
                assertEquals(expected(number, isFirst),
                        text(number, reader.find("inventory", "host-" + number).join().orElseThrow()));
                assertEquals(expectedHistory(number, isFirst),
                        reader.history(uuid).join().stream().map(row -> row.status() + " "
                                + row.reason() + " " + row.by() + row.note().map(note -> " '" + note + "'").orElse(""))
                                .toList());
            }
            assertEquals(0, layout.skipped().count());
        }
    }

    /** Processes of this round take over, or go on with, whatever an earlier one has left. */
    @ParameterizedTest
    @ValueSource(strings = { "first-round", "second-round" })
    void itIsGoneOnWith(String round) throws IOException {
        GoldenFleet fleet = new GoldenFleet();
        fleet.etcd.wipe();
        fleet.etcd.write(golden(round).entrySet().stream().collect(Collectors.toMap(
                entry -> ByteString.copyFromUtf8(entry.getKey()), entry -> bytes(entry.getValue()))));
        for (int number = 1; number <= SERVICES.size(); number++) {
            Registrar process = fleet.start(number, 20 + number, Map.of(), 8080);
            RegistrationState expected = number == 3 ? RegistrationState.HELD_DOWN : RegistrationState.REGISTERED;
            assertEquals(expected, process.own().state(), "service " + number);
        }
        ServiceReader reader = new ServiceReader(fleet.etcd, fleet.layout, Runnable::run);
        assertEquals(List.of("TAKEOVER", "EXPIRED", "REGISTERED"), reader.history(GoldenFleet.uuid(1)).join().stream()
                .map(row -> row.reason().name()).toList());
        assertEquals(List.of("REGISTERED", "EXPIRED", "REGISTERED"), reader.history(GoldenFleet.uuid(7)).join().stream()
                .map(row -> row.reason().name()).toList());
    }

    /** The same as of the first round, then metadata that change, and a claim after a crash. */
    private static Map<String, String> secondRound() {
        GoldenFleet fleet = new GoldenFleet();
        Registrar changing = fleet.process(9, Map.of("weight", "1"));
        fleet.worker.pass(Duration.ofSeconds(2));
        changing.own().updatingMetadata(Map.of("weight", "2"));
        return fleet.keys();
    }

    private static String expected(int number, boolean isFirst) {
        String known = SERVICES.get(number - 1);
        return isFirst || known.contains("owned") ? known
                : known + " 10.0.0." + number + ":8080 " + (number == 7 ? "{zone=b}" : "{}");
    }

    private static List<String> expectedHistory(int number, boolean isFirst) {
        // What one act of an operator wrote was two rows.
        List<String> rows = number == 6 && !isFirst
                ? List.of("UP OPERATOR console@desk", HISTORIES.get(6).get(2), HISTORIES.get(6).get(3))
                : HISTORIES.get(number);
        return rows.stream().map(row -> {
            int at = row.indexOf('#');
            if (at < 0) {
                return isFirst ? row.replaceAll(" '.*", "") : row;
            }
            String incarnation = GoldenFleet.incarnation(Integer.parseInt(row.substring(at + 1)));
            return row.substring(0, at) + (isFirst ? incarnation
                    : "inventory@host-" + number + " (" + incarnation.substring(0, 8) + ")");
        }).toList();
    }

    private static String text(int number, ServiceRecord service) {
        return number + " " + service.liveness() + " " + service.reason() + (service.owned() ? " owned" : "")
                + service.endpoint().map(endpoint -> " " + endpoint.address() + ":" + endpoint.port()).orElse("")
                + (service.endpoint().isPresent() ? " " + new TreeMap<>(service.metadata()) : "")
                + service.maintenance().map(maintenance -> " '" + maintenance.note() + "'"
                        + maintenance.start().map(start -> " from " + start).orElse("")
                        + maintenance.end().map(end -> " until " + end).orElse("")).orElse("");
    }

    private static Map<String, String> golden(String round) throws IOException {
        try (var file = GoldenDataTest.class.getResourceAsStream("/golden/" + round + ".txt")) {
            Map<String, String> keys = new TreeMap<>();
            new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().map(line -> line.split(" "))
                    .forEach(parts -> keys.put(parts[0], parts.length > 1 ? parts[1] : ""));
            return keys;
        }
    }

    private static Map<String, String> shared(Map<String, String> keys) {
        return keys.entrySet().stream()
                .filter(entry -> entry.getKey().matches("/services/by-(uuid|status|type-host|region)/.*"))
                .filter(entry -> !entry.getKey().matches(".*(host-|-0+)9")).collect(Collectors.toMap(Map.Entry::getKey,
                        Map.Entry::getValue, (one, other) -> one, TreeMap::new));
    }

    private static String lines(Map<String, String> keys) {
        return keys.entrySet().stream().map(entry -> (entry.getKey() + " " + entry.getValue()).strip())
                .collect(Collectors.joining("\n"));
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }
}
