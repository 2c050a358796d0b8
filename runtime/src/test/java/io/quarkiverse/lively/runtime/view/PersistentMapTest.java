package io.quarkiverse.lively.runtime.view;

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

    @Test
    void itIsWhatAMapIs() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<Key, Integer> expected = new HashMap<>();
        PersistentMap<Key, Integer> map = PersistentMap.empty();
        for (int i = 0; i < 20_000; i++) {
            Key key = new Key(random.nextInt(300));
            if (random.nextInt(5) < 3) {
                map = map.with(key, i);
                expected.put(key, i);
            } else {
                map = map.without(key);
                expected.remove(key);
            }
            assertEquals(expected.size(), map.size(), "seed " + seed);
            assertEquals(expected.get(key), map.get(key), "seed " + seed);
            if (i % 100 == 0) {
                assertSame(expected, map, seed);
            }
        }
    }

    @Test
    void aMapDoesNotChangeWhenAnotherIsMadeOfIt() {
        PersistentMap<Key, Integer> before = PersistentMap.<Key, Integer> empty().with(new Key(2), 1).with(new Key(6), 2);
        before.with(new Key(2), 3).without(new Key(6)).with(new Key(10), 4);
        assertEquals(2, before.size());
        assertEquals(1, before.get(new Key(2)));
        assertEquals(2, before.get(new Key(6)));
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
        int count = 10_000;
        PersistentMap<Colliding, Integer> map = PersistentMap.empty();
        for (int i = 0; i < count; i++) {
            map = map.with(new Colliding(i), i);
        }
        map = map.with(new Colliding(0), -1).with(new Colliding(count - 1), -2);
        assertEquals(count, map.size());
        assertEquals(-1, map.get(new Colliding(0)));
        assertEquals(7, map.get(new Colliding(7)));
        for (int i = 0; i < count; i++) {
            map = map.without(new Colliding(i));
        }
        assertEquals(0, map.size());
        assertNull(map.get(new Colliding(7)));
    }

    private static void assertSame(Map<Key, Integer> expected, PersistentMap<Key, Integer> map, long seed) {
        expected.forEach((key, value) -> assertEquals(value, map.get(key), "seed " + seed));
        List<Integer> values = new ArrayList<>();
        map.forEach(values::add);
        List<Integer> all = new ArrayList<>(expected.values());
        Collections.sort(values);
        Collections.sort(all);
        assertEquals(all, values, "seed " + seed);
    }
}
