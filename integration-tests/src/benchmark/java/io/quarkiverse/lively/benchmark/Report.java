package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/**
 * What was found, and where.
 *
 * @param machine the kind of it
 */
record Report(Findings findings, LocalDate date, String machine) {

    static Report of(Findings findings) throws IOException {
        String system = Files.lines(Path.of("/etc/os-release")).filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", "")).findFirst().orElse("Linux");
        return new Report(findings, LocalDate.now(ZoneOffset.UTC), "%d cores, %s, JDK %s".formatted(
                Runtime.getRuntime().availableProcessors(), system, System.getProperty("java.version")));
    }

    /** For a human. */
    String table() {
        StringBuilder table = new StringBuilder("%n%s, %s%n%n".formatted(machine, date));
        String format = "%-72s %-40s %10s %-9s %-22s %-14s %-6s %s%n";
        table.append(format.formatted("work", "against", "measured", "", "least .. most", "bar", "", ""));
        for (Line line : findings.lines()) {
            table.append(format.formatted(line.work(), line.against(), Line.number(line.value()), line.unit(),
                    Line.number(line.least()) + " .. " + Line.number(line.most()),
                    line.bar().map(bar -> bar.describe("")).orElse(""),
                    line.bar().isEmpty() ? "" : line.isMet() ? "met" : "MISSED", line.detail()));
        }
        table.append("%n%-50s %-6s %s%n".formatted("cost by the number of services", "", "and the exponent of its growth"));
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
        page.append("[cols=\"5,3,4,2,2,1\",options=\"header\"]\n|===\n|Work |Against |Measured |Least .. most |Bar |\n\n");
        for (Line line : findings.lines()) {
            page.append("|%s |%s |%s %s (%s) |%s .. %s |%s |%s%n".formatted(line.work(), line.against(),
                    Line.number(line.value()), line.unit(), line.detail(), Line.number(line.least()),
                    Line.number(line.most()), line.bar().map(bar -> bar.describe("")).orElse(""),
                    line.bar().isEmpty() ? "" : line.isMet() ? "met" : "*missed*"));
        }
        page.append("|===\n\n.What the same work costs in a fleet of so many services\n");
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
        json.put("value", line.value());
        json.put("least", line.least());
        json.put("most", line.most());
        json.put("unit", line.unit());
        json.put("detail", line.detail());
        line.bar().ifPresent(bar -> {
            json.put("bar", bar.limit());
            json.put("atLeast", bar.atLeast());
            json.put("met", line.isMet());
        });
        return json;
    }
}
