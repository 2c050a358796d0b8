package io.quarkiverse.lively.runtime.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HysteresisTest {

    /** + is up, - is down, a blank is an interruption, for which there is no verdict. */
    @ParameterizedTest
    @CsvSource(value = {
            "1, 1, '+-+--', '+-+--'",
            "2, 1, '+-+-++-', '+----+-'",
            "2, 1, '-++', '--+'",
            "1, 3, '+--+---+', '++++++-+'",
            "2, 2, '+--++-+-+--', '++--++++++-'",
            "2, 1, '-+ ++', '-- -+'",
            "1, 2, '+- --', '++ +-'",
            "3, 3, ' -', ' -'" })
    void verdicts(int upAfter, int downAfter, String observations, String verdicts) {
        Hysteresis hysteresis = new Hysteresis(upAfter, downAfter);
        StringBuilder seen = new StringBuilder();
        for (char observation : observations.toCharArray()) {
            if (observation == ' ') {
                hysteresis.interrupted();
                seen.append(' ');
            } else {
                seen.append(hysteresis.observed(observation == '+') ? '+' : '-');
            }
        }
        assertEquals(verdicts, seen.toString());
    }
}
