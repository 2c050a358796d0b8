package io.quarkiverse.lively.demo.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** All that was measured in this run. Printed after the last test, and written as a part of the docs. */
final class FaultTable implements AutoCloseable {

    private static final Path FILE = Path.of("target", "reliability-table.adoc");
    /** What stands where a fault was not made on a version of etcd that others were made on. */
    private static final String NOT_MADE = "not made";

    private final Form form;
    private final Map<Line, Map<String, List<String>>> lines = new LinkedHashMap<>();
    private final Set<String> versions = new TreeSet<>();

    FaultTable(Form form) {
        this.form = form;
    }

    /**
     * @param test that makes it
     * @param what is promised, or seen
     * @param promised how long it may take; empty if that is not promised
     */
    record Line(String fault, String test, String what, String promised) {
    }

    /** @param version of etcd */
    synchronized void add(Line line, String version, String seen) {
        versions.add(version);
        lines.computeIfAbsent(line, first -> new TreeMap<>()).computeIfAbsent(version, first -> new ArrayList<>()).add(seen);
        // A run that is ended has told something, too.
        write();
    }

    @Override
    public synchronized void close() {
        lines.forEach((line, seen) -> System.out.printf("%-60s | %-55s | %6s | %s | %s%n", line.fault(), line.what(),
                line.promised(), seen, line.test()));
    }

    private void write() {
        try {
            Files.write(FILE, asciiDoc());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> asciiDoc() {
        List<String> text = new ArrayList<>();
        text.add("// Written by the suite: see \"Try it yourself\".");
        text.add(".TTL of " + form.ttl().toSeconds() + " s");
        text.add("[cols=\"3,3,1" + ",2".repeat(versions.size()) + "\",options=header]");
        text.add("|===");
        text.add("|Fault, and the test that makes it |What is promised, or was seen |At most");
        versions.forEach(version -> text.add("|etcd " + version));
        for (String each : lines.keySet().stream().map(Line::test).distinct().toList()) {
            List<Line> ofTest = lines.keySet().stream().filter(line -> line.test().equals(each)).toList();
            text.add("");
            text.add("." + ofTest.size() + "+|" + ofTest.get(0).fault() + " +\n`" + each + "`");
            for (Line line : ofTest) {
                text.add("|" + line.what() + " |" + line.promised());
                versions.forEach(version -> text.add("|" + seen(line, version, ofTest)));
            }
        }
        text.add("|===");
        return text;
    }

    private String seen(Line line, String version, List<Line> ofTest) {
        boolean made = ofTest.stream().anyMatch(other -> lines.get(other).containsKey(version));
        return made ? String.join(", ", lines.get(line).getOrDefault(version, List.of())) : NOT_MADE;
    }
}
