package io.quarkiverse.lively.demo.faults;

import java.time.Duration;
import java.util.Locale;

/** Where one fault on one version of etcd writes what was seen. */
record Row(FaultTable table, String fault, String test, String version) {

    void measured(String what, Duration promised, Duration measured) {
        add(what, seconds(promised), seconds(measured));
    }

    /** What is promised depends on what happened meanwhile, and so it is not the same in each round. */
    void measuredOf(String what, Duration promised, Duration measured) {
        add(what, "see there", seconds(measured) + " of " + seconds(promised));
    }

    /** Nothing is promised about it. */
    void measured(String what, Duration measured) {
        add(what, "", seconds(measured));
    }

    void noted(String what, String seen) {
        add(what, "", seen);
    }

    private void add(String what, String promised, String seen) {
        table.add(new FaultTable.Line(fault, test, what, promised), version, seen);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
