package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Iterator;
import java.util.List;

import org.junit.jupiter.api.Test;

/**
 * The HTTP server may say that it listens a moment before its port is known. Then the application is registered all the same.
 */
class HttpPortTest {

    @Test
    void itIsAwaited() {
        Iterator<Integer> answers = List.of(-1, -1, -1, 8080).iterator();
        assertEquals(8080, HttpServing.known(answers::next));
    }
}
