package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.store.proto.Transition;
import io.quarkiverse.lively.runtime.worker.StoppedClock;
import io.quarkiverse.lively.test.LogLines;

/** Whatever bytes are in etcd, they are read or skipped, and never fail: {@code -Dlively.fuzz.inputs} and {@code .seed}. */
@Isolated
class DecoderFuzzTest {

    private static final int INPUTS = Integer.getInteger("lively.fuzz.inputs", 100_000);
    private static final long SEED = Long.getLong("lively.fuzz.seed", 20_260_101);
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final List<Long> NUMBERS = List.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE / 1000 + 1,
            NOW.getEpochSecond(), NOW.toEpochMilli());
    private static final List<String> TEXTS = List.of("", "u", "type", "a/b", "../", "\n\u001b\u202e", "ä服🙂", "%s%n", "\0");

    private final Random random = new Random(SEED);
    private final KeyLayout layout = new KeyLayout("fuzz");
    private final ServiceDecoder decoder = new ServiceDecoder(layout);

    @Test
    void everyRecordIsReadOrSkipped() throws InvalidProtocolBufferException {
        int read = 0;
        try (LogLines log = new LogLines()) {
            for (int i = 0; i < INPUTS; i++) {
                Service valid = service();
                KeyValue service = entry(layout.service(valid.getUuid()), valid.toByteString());
                Optional<KeyValue> owner = maybe(layout.owner(valid.getUuid()), claim().toByteString());
                Optional<KeyValue> state = maybe(layout.state(valid.getUuid()), state().toByteString());
                boolean up = random.nextBoolean();
                long skipped = layout.skipped().count();

                Optional<ServiceRecord> decoded = decoder.decode(service, up, owner, state);

                if (decoded.isPresent()) {
                    read++;
                    assertIsWhatIsStored(decoded.get(), service, up);
                    assertEquals(decoded, decoder.decode(rewritten(service), up, owner, state),
                            "what was read is read again from what was read");
                } else {
                    assertEquals(skipped + 1, layout.skipped().count(), "what is not read is counted");
                }
            }
            List<String> keys = log.messages().stream().map(line -> line.replaceAll("(?s).*record \"(.*)\".*", "$1")).toList();
            assertEquals(new HashSet<>(keys).size(), keys.size(), "each is logged once");
            assertTrue(log.messages().stream().allMatch(DecoderFuzzTest::isOneLine));
        }
        assertTrue(read > INPUTS / 4 && read < INPUTS * 9 / 10, read + " of " + INPUTS + " were read");
    }

    @Test
    void everyWriteOverThemCanBeMade() {
        ServiceIdentity id = new ServiceIdentity("u", "type", "host", "region");
        ServiceWriter writer = new ServiceWriter(null, layout, new StoppedClock(NOW), "fuzz");
        OwnerWrites owner = new OwnerWrites(layout, id, false);
        for (int i = 0; i < INPUTS / 4; i++) {
            Map<ByteString, ByteString> stored = Map.of(layout.service("u"),
                    service().toBuilder().setUuid("u").build().toByteString(), layout.up("u"), bytes(3), layout.owner("u"),
                    claim().toByteString(), layout.state("u"), state().toByteString(), layout.history("u"),
                    history().toByteString(), layout.typeHost("type", "host"), text(), layout.region("region", "u"), bytes(3));
            Map<ByteString, KeyValue> found = new HashMap<>();
            stored.forEach((key, value) -> maybe(key, value).ifPresent(entry -> found.put(key, entry)));
            ServiceKeys seen = ServiceKeys.of(layout, id, new Transaction.Result(true, 9, found));
            State said = writer.said(Reason.OPERATOR, NOW).build();

            Optional<Hold> hold = Holds.of(seen, NOW, random.nextBoolean() ? Optional.empty() : Optional.of(NOW));
            hold.ifPresent(present -> assertFalse(Holds.isOver(present, NOW)));
            owner.claimHeld(seen, claim(), 1, said.toBuilder().setHold(hold.orElseGet(Hold::getDefaultInstance)).build());
            owner.register(seen, owner.neighbours(seen, new Transaction.Result(true, 9, found)), claim(), 1, Status.UP, said);
            owner.stop(seen, said);
            owner.letGo(seen);
            new OwnerWrites(layout, id, true).letGo(seen);
            if (seen.service().value().isPresent()) {
                ServiceRecords.of(seen);
                writer.lift(seen).ifPresent(WriteBuilder::build);
                writer.takeDown(seen, StoredMaintenance.NONE).build();
                writer.plan(seen, StoredMaintenance.NONE.from(NOW.plusSeconds(60))).build();
            }
        }
    }

    @Test
    void everyKeyIsAServicesOrNobodys() {
        List<ByteString> folders = Stream.of("/fuzz/services/by-uuid/", "/fuzz/services/by-status/UP/",
                "/fuzz/services/by-owner/", "/fuzz/services/by-state/", "/fuzz/services/by-type-host/",
                "/fuzz/services/by-status/DOWN/", "/fuzz/services/by-region/", "/fuzz/services/history/", "/services/by-uuid/",
                "").map(ByteString::copyFromUtf8).toList();
        int parsed = 0;
        for (int i = 0; i < INPUTS; i++) {
            ByteString key = mutated(folders.get(random.nextInt(folders.size()))
                    .concat(random.nextBoolean() ? text() : bytes(12)));

            Optional<RegistryKey> found = layout.parse(key);

            found.ifPresent(name -> assertEquals(key, key(name), "the name is all of the key"));
            parsed += found.isPresent() ? 1 : 0;
            assertTrue(found.isEmpty() || key.startsWith(ByteString.copyFromUtf8("/fuzz/services/by-")), key.toString());
            ServiceIdentity.uuidIn(key).ifPresent(uuid -> assertEquals(key, ByteString.copyFromUtf8(uuid)));
        }
        assertTrue(parsed > INPUTS / 20 && parsed < INPUTS * 9 / 10, parsed + " of " + INPUTS + " were parsed");
    }

    private ByteString key(RegistryKey name) {
        return switch (name.kind()) {
            case SERVICE -> layout.service(name.name());
            case UP -> layout.up(name.name());
            case OWNER -> layout.owner(name.name());
            case STATE -> layout.state(name.name());
            case TYPE_HOST -> layout.typeHost(name.name().substring(0, name.name().indexOf('/')),
                    name.name().substring(name.name().indexOf('/') + 1));
        };
    }

    private void assertIsWhatIsStored(ServiceRecord decoded, KeyValue stored, boolean up)
            throws InvalidProtocolBufferException {
        Service record = Service.parseFrom(stored.value());
        assertEquals(stored.key(), layout.service(decoded.uuid()));
        assertEquals(record.getType(), decoded.type());
        assertEquals(record.getHost(), decoded.host());
        assertEquals(record.getStatus() == Status.UP && up, decoded.isUp());
        assertTrue(decoded.endpoint().stream().allMatch(where -> where.port() > 0 && where.port() <= 65535));
        if (random.nextInt(10) == 0) {
            assertTrue(isOneLine(decoded.toString()), decoded.toString());
        }
    }

    private static KeyValue rewritten(KeyValue service) throws InvalidProtocolBufferException {
        return new KeyValue(service.key(), Service.parseFrom(service.value()).toByteString(), service.modRevision(),
                service.lease());
    }

    private static boolean isOneLine(String text) {
        return text.codePoints().noneMatch(c -> Character.isISOControl(c) || c == 0x202e || c == 0x2028);
    }

    private Optional<KeyValue> maybe(ByteString key, ByteString value) {
        return random.nextInt(4) == 0 ? Optional.empty() : Optional.of(entry(key, value));
    }

    private KeyValue entry(ByteString key, ByteString value) {
        ByteString stored = switch (random.nextInt(8)) {
            case 0 -> bytes(64);
            case 1 -> value.substring(0, random.nextInt(value.size() + 1));
            case 2 -> mutated(value);
            case 3 -> value.concat(bytes(8));
            default -> value;
        };
        return new KeyValue(key, stored, 1 + random.nextInt(3), random.nextInt(2));
    }

    private Service service() {
        return Service.newBuilder().setUuid(string()).setType(string()).setHost(string()).setRegion(string())
                .setStatusValue(random.nextInt(4) - 1).setMaintenanceNote(string()).setMaintenanceStart(number())
                .setMaintenanceEnd(number()).build();
    }

    private Claim claim() {
        return Claim.newBuilder().setIncarnation(string()).setAddress(string()).setPort((int) number())
                .putMetadata(string(), string()).setStartedAt(number()).build();
    }

    private State state() {
        State.Builder state = State.newBuilder().setReasonValue(random.nextInt(12) - 1).setSince(number()).setBy(string())
                .setEditor(string());
        return random.nextBoolean() ? state.build()
                : state.setHold(Hold.newBuilder().setBy(string()).setSince(number()).setStart(number()).setEnd(number())
                        .setNote(string())).build();
    }

    private History history() {
        History.Builder history = History.newBuilder();
        for (int i = random.nextInt(50); i > 0; i--) {
            history.addTransitions(Transition.newBuilder().setSince(number()).setReasonValue(random.nextInt(12))
                    .setStatusValue(random.nextInt(3)).setBy(string()));
        }
        return history.build();
    }

    private ByteString mutated(ByteString value) {
        byte[] mutant = value.toByteArray();
        for (int i = random.nextInt(4); i > 0 && mutant.length > 0; i--) {
            mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
        }
        return ByteString.copyFrom(mutant);
    }

    private ByteString bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private ByteString text() {
        return ByteString.copyFromUtf8(string());
    }

    private String string() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private long number() {
        return random.nextInt(4) == 0 ? random.nextLong() : NUMBERS.get(random.nextInt(NUMBERS.size()));
    }
}
