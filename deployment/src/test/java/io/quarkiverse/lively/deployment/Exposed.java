package io.quarkiverse.lively.deployment;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.restassured.RestAssured;

/** The samples of Lively that an application exposes to Prometheus, by name and labels as they are written there. */
record Exposed(Map<String, Double> samples) {

    static Exposed now() {
        Map<String, Double> samples = new TreeMap<>();
        RestAssured.get("/q/metrics").asString().lines().filter(line -> line.startsWith("lively_")).forEach(line -> {
            int blank = line.lastIndexOf(' ');
            samples.put(line.substring(0, blank), Double.valueOf(line.substring(blank + 1)));
        });
        return new Exposed(samples);
    }

    boolean isEmpty() {
        return samples.isEmpty();
    }

    /** NaN if there is none. */
    double value(String sample) {
        return samples.getOrDefault(sample, Double.NaN);
    }

    /** Those that have a value other than zero, as if they were a set. */
    List<String> set(String name) {
        return samples.keySet().stream().filter(sample -> sample.startsWith(name + "{") && value(sample) != 0).toList();
    }
}
