package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

import io.quarkiverse.lively.benchmark.Counts.Count;

/**
 * The findings, with the machine and the date.
 *
 * @param machine the kind of the machine
 * @param hasInstructions whether perf can count instructions there
 */
record Report(Findings findings, LocalDate date, String machine, boolean hasInstructions) {

    static Report of(Findings findings, boolean hasInstructions) throws IOException {
        String system = Files.readAllLines(Path.of("/etc/os-release")).stream()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", "")).findFirst().orElse("Linux");
        return new Report(findings, LocalDate.now(ZoneOffset.UTC), "%d cores, %s, JDK %s".formatted(
                Runtime.getRuntime().availableProcessors(), system, System.getProperty("java.version")), hasInstructions);
    }

    /** The work of one side, with its counts. */
    private record Counted(String work, Counts counts) {
    }

    /** Empty if there is no bar. */
    static String verdict(Line line) {
        return line.verdict().map(verdict -> verdict.name().toLowerCase(Locale.ROOT)).orElse("");
    }

    /** For a human. */
    String table() {
        StringBuilder table = new StringBuilder("%n%s, %s%n%n".formatted(machine, date));
        String format = "%-72s %-40s %10s %-9s %-22s %-6s %-10s %-10s %s%n";
        table.append(format.formatted("work", "against", "median", "", "95 % interval", "pairs", "bar", "", ""));
        for (Line line : findings.lines()) {
            table.append(format.formatted(line.work(), line.against(), Line.number(line.estimate().value()), line.unit(),
                    interval(line), pairs(line), bar(line), verdict(line).toUpperCase(Locale.ROOT), line.detail()));
        }
        table.append("%n%-72s".formatted("counts of one call"));
        for (Count count : Count.values()) {
            table.append(" %15s".formatted(count.title()));
        }
        for (Counted counted : counted()) {
            table.append("%n%-72s".formatted(counted.work()));
            for (Count count : Count.values()) {
                table.append(" %15s".formatted(number(counted.counts(), count)));
            }
        }
        table.append("%n%s%n%n%-50s %-6s %s%n".formatted(instructions(), "cost by the number of services", "",
                "and the exponent of its growth"));
        for (Growth growth : findings.growth()) {
            StringBuilder costs = new StringBuilder();
            growth.costs().forEach((size, cost) -> costs.append("%,9d: %-12s".formatted(size, Line.number(cost))));
            table.append("%-50s %-6s %s slope %.2f%n".formatted(growth.work(), growth.unit(), costs, growth.slope()));
        }
        return table.toString();
    }

    /** For the documentation. */
    String asciidoc() {
        StringBuilder page = new StringBuilder("Measured on %s, on %s.%n%n".formatted(date, machine));
        page.append("[cols=\"5,3,4,2,1,2,1\",options=\"header\"]\n|===\n");
        page.append("|Work |Against |Median |95 % interval |Pairs |Bar |\n\n");
        for (Line line : findings.lines()) {
            String verdict = verdict(line);
            page.append("|%s |%s |%s %s (%s) |%s |%s |%s |%s%n".formatted(line.work(), line.against(),
                    Line.number(line.estimate().value()), line.unit(), line.detail(), interval(line), pairs(line), bar(line),
                    verdict.equals("met") || verdict.isEmpty() ? verdict : "*" + verdict + "*"));
        }
        page.append("|===\n\n.The counts of one call of each side\n");
        page.append("[cols=\"5%s\",options=\"header\"]\n|===\n|Work".formatted(",1".repeat(columns().size())));
        columns().forEach(count -> page.append(" |").append(count.title()));
        page.append("\n\n");
        for (Counted counted : counted()) {
            page.append("|").append(counted.work());
            columns().forEach(count -> page.append(" |").append(number(counted.counts(), count)));
            page.append("\n");
        }
        page.append("|===\n\n").append(instructions()).append("\n\n");
        page.append(".The cost of the same work in a fleet of so many services\n");
        page.append("[cols=\"4,1,2,2,2,1\",options=\"header\"]\n|===\n|Work |Unit");
        findings.growth().stream().findFirst()
                .ifPresent(growth -> growth.costs().keySet().forEach(size -> page.append(" |%,d".formatted(size))));
        page.append(" |Exponent\n\n");
        for (Growth growth : findings.growth()) {
            page.append("|%s |%s".formatted(growth.work(), growth.unit()));
            growth.costs().values().forEach(cost -> page.append(" |").append(Line.number(cost)));
            page.append(" |%.2f%n".formatted(growth.slope()));
        }
        return page.append("|===\n").toString();
    }

    /** For a machine. */
    String json() throws IOException {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("date", date.toString());
        root.put("machine", machine);
        root.put("instructions", hasInstructions ? "available" : "not available");
        root.put("lines", findings.lines().stream().map(Report::json).toList());
        root.put("growth", findings.growth().stream().map(growth -> {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("work", growth.work());
            json.put("unit", growth.unit());
            json.put("costs", new TreeMap<>(growth.costs()));
            json.put("slope", growth.slope());
            return json;
        }).toList());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(root) + "\n";
    }

    private static Map<String, Object> json(Line line) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("work", line.work());
        json.put("against", line.against());
        json.put("value", line.estimate().value());
        if (!line.estimate().interval().equals(Interval.UNKNOWN)) {
            json.put("low", line.estimate().interval().low());
            json.put("high", line.estimate().interval().high());
        }
        json.put("pairs", line.estimate().samples());
        json.put("unit", line.unit());
        json.put("detail", line.detail());
        line.bar().ifPresent(bar -> {
            json.put("bar", bar.limit());
            json.put("atLeast", bar.atLeast());
            json.put("verdict", verdict(line));
        });
        if (!line.ours().isEmpty()) {
            json.put("counts", json(line.ours()));
        }
        if (!line.theirs().isEmpty()) {
            json.put("countsOfTheOtherSide", json(line.theirs()));
        }
        return json;
    }

    private static Map<String, Double> json(Counts counts) {
        Map<String, Double> json = new LinkedHashMap<>();
        for (Count count : Count.values()) {
            if (counts.aCall().containsKey(count)) {
                json.put(count.title(), counts.aCall().get(count));
            }
        }
        return json;
    }

    private static String interval(Line line) {
        return line.estimate().interval().toString();
    }

    private static String pairs(Line line) {
        return line.estimate().samples() == 0 ? "counted" : Integer.toString(line.estimate().samples());
    }

    private static String bar(Line line) {
        return line.bar().map(bar -> bar.describe("").strip()).orElse("");
    }

    /** Each side once, though several rows may have it. */
    private List<Counted> counted() {
        List<Counted> counted = new ArrayList<>();
        for (Line line : findings.lines()) {
            for (Counted side : List.of(new Counted(line.work(), line.ours()), new Counted(". " + line.against(), line.theirs()))) {
                if (!side.counts().isEmpty() && !counted.contains(side)) {
                    counted.add(side);
                }
            }
        }
        return counted;
    }

    /** Without the column of instructions if there are none. */
    private List<Count> columns() {
        return List.of(Count.values()).stream().filter(count -> hasInstructions || count != Count.INSTRUCTIONS).toList();
    }

    private static String number(Counts counts, Count count) {
        return counts.aCall().containsKey(count) ? Line.number(counts.aCall().get(count)) : "";
    }

    private String instructions() {
        return hasInstructions ? "Instructions: counted by perf, in user space, in the process of the benchmark."
                : "Instructions: not available, since perf finds no hardware counters on this machine.";
    }
}
