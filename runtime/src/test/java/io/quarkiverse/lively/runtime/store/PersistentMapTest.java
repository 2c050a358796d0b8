package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

class PersistentMapTest {

    /** Few hashes, that differ in the last bits or in the first ones or not at all. */
    private record Key(int number) {

        @Override
        public int hashCode() {
            return switch (number % 4) {
                case 0 -> number;
                case 1 -> number << 24;
                case 2 -> 7;
                default -> Integer.MIN_VALUE;
            };
        }
    }

    private record Entry(Key key, int value) {
    }

    @Test
    void itIsWhatAMapIs() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<Key, Integer> expected = new HashMap<>();
        PersistentMap<Key, Entry> map = PersistentMap.empty(Entry::key);
        for (int i = 0; i < 20_000; i++) {
            Key key = new Key(random.nextInt(300));
            if (random.nextInt(5) < 3) {
                map = map.with(new Entry(key, i));
                expected.put(key, i);
            } else {
                map = map.without(key);
                expected.remove(key);
            }
            assertEquals(expected.size(), map.size(), "seed " + seed);
            assertEquals(expected.get(key), value(map, key), "seed " + seed);
            if (i % 100 == 0) {
                assertSame(expected, map, seed);
                List<Entry> entries = new ArrayList<>();
                map.forEach(entries::add);
                assertSame(expected, PersistentMap.of(Entry::key, entries), seed);
            }
        }
    }

    @Test
    void aMapDoesNotChangeWhenAnotherIsMadeOfIt() {
        PersistentMap<Key, Entry> before = PersistentMap.<Key, Entry> empty(Entry::key).with(new Entry(new Key(2), 1))
                .with(new Entry(new Key(6), 2));
        before.with(new Entry(new Key(2), 3)).without(new Key(6)).with(new Entry(new Key(10), 4));
        assertEquals(2, before.size());
        assertEquals(1, value(before, new Key(2)));
        assertEquals(2, value(before, new Key(6)));
        assertNull(before.get(new Key(10)));
    }

    /** Strings with the same hash are easy to make, and a uuid is whatever somebody wrote. */
    @Test
    void thousandsOfKeysMayHaveTheSameHash() {
        record Colliding(int number) {

            @Override
            public int hashCode() {
                return 42;
            }
        }
        record Entry(Colliding key, int value) {
        }
        int count = 10_000;
        PersistentMap<Colliding, Entry> map = PersistentMap.empty(Entry::key);
        for (int i = 0; i < count; i++) {
            map = map.with(new Entry(new Colliding(i), i));
        }
        map = map.with(new Entry(new Colliding(0), -1)).with(new Entry(new Colliding(count - 1), -2));
        assertEquals(count, map.size());
        assertEquals(-1, map.get(new Colliding(0)).value());
        assertEquals(7, map.get(new Colliding(7)).value());
        List<Entry> entries = new ArrayList<>();
        map.forEach(entries::add);
        assertEquals(7, PersistentMap.of(Entry::key, entries).get(new Colliding(7)).value());
        for (int i = 0; i < count; i++) {
            map = map.without(new Colliding(i));
        }
        assertEquals(0, map.size());
        assertNull(map.get(new Colliding(7)));
    }

    private static Integer value(PersistentMap<Key, Entry> map, Key key) {
        Entry found = map.get(key);
        return found == null ? null : found.value();
    }

    private static void assertSame(Map<Key, Integer> expected, PersistentMap<Key, Entry> map, long seed) {
        expected.forEach((key, value) -> assertEquals(value, value(map, key), "seed " + seed));
        List<Integer> values = new ArrayList<>();
        map.forEach(entry -> values.add(entry.value()));
        List<Integer> all = new ArrayList<>(expected.values());
        Collections.sort(values);
        Collections.sort(all);
        assertEquals(all, values, "seed " + seed);
    }
}
