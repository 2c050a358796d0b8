package io.quarkiverse.lively.demo;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The samples of one name, as Prometheus has them.
 *
 * @param type of the name, as Prometheus has it
 * @param labels and all their values; those of the label {@code type} may be any, and are left out
 */
record Metric(String type, Map<String, Set<String>> labels) {

    private static final Pattern SAMPLE = Pattern.compile("(lively_\\w+?)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern TYPE = Pattern.compile("# TYPE (lively_\\w+) (\\w+)");

    /** Those of Lively in what a scrape answers, by name. */
    static Map<String, Metric> exposed(String scrape) {
        Map<String, String> types = new TreeMap<>();
        TYPE.matcher(scrape).results().forEach(type -> types.put(type.group(1), type.group(2)));
        Map<String, Metric> metrics = new TreeMap<>();
        scrape.lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> {
            Metric metric = metrics.computeIfAbsent(sample.group(1), name -> new Metric(
                    Stream.of(name, name.replaceAll("_(total|count|sum)$", "")).filter(types::containsKey).map(types::get)
                            .findFirst().orElse("none"),
                    new TreeMap<>()));
            LABEL.matcher(sample.group(2) == null ? "" : sample.group(2)).results()
                    .forEach(label -> metric.with(label.group(1), label.group(2)));
        });
        return metrics;
    }

    /** Those that the table of a page in AsciiDoc names, by name. */
    static Map<String, Metric> documented(String page) {
        Map<String, Metric> metrics = new TreeMap<>();
        Pattern row = Pattern.compile("(?m)^\\|`lively\\.[a-z.]+` \\+\n`(lively_\\w+)`\n\\|(\\w+)\n\\|(.*(?:\n`.*)*)\n\\|");
        row.matcher(page).results().forEach(cells -> {
            String name = cells.group(1);
            switch (cells.group(2)) {
                case "timer" -> {
                    metrics.put(name + "_count", documented("summary", cells.group(3)));
                    metrics.put(name + "_sum", documented("summary", cells.group(3)));
                    metrics.put(name + "_max", documented("gauge", cells.group(3)));
                }
                default -> metrics.put(name, documented(cells.group(2), cells.group(3)));
            }
        });
        return metrics;
    }

    private static Metric documented(String type, String tags) {
        Metric metric = new Metric(type, new TreeMap<>());
        tags.lines().filter(line -> !line.isEmpty()).forEach(line -> {
            Matcher names = CODE.matcher(line);
            names.find();
            String label = names.group(1);
            metric.labels.put(label, new TreeSet<>());
            names.results().forEach(value -> metric.with(label, value.group(1)));
        });
        return metric;
    }

    private void with(String label, String value) {
        Set<String> values = labels.computeIfAbsent(label, key -> new TreeSet<>());
        if (!label.equals("type")) {
            values.add(value);
        }
    }
}
