package io.quarkiverse.lively.demo.faults;

import java.time.Duration;

/**
 * How the suite is made: short in each build, long with {@code -Pfaults}.
 *
 * @param ttl of all leases
 * @param rounds how often each fault is made
 */
record Form(Duration ttl, int rounds) {

    static Form chosen() {
        return new Form(Duration.ofSeconds(Integer.getInteger("lively.faults.ttl", 3)),
                Integer.getInteger("lively.faults.rounds", 1));
    }
}
