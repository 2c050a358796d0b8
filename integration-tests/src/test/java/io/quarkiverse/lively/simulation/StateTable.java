package io.quarkiverse.lively.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The changes of the state of a registration that the page of the guarantees lists.
 *
 * @param transitions such as {@code LOST -> REGISTERED}
 */
record StateTable(List<String> transitions) {

    private static final Path PAGE = Path.of("..", "docs", "modules", "ROOT", "pages", "guarantees.adoc");
    private static final Pattern ROW = Pattern.compile("(?m)^\\|([A-Z_]+) \\|([A-Z_]+) \\|");

    /** From the docs beside the module of the tests. */
    static StateTable read() throws IOException {
        return new StateTable(ROW.matcher(Files.readString(PAGE)).results()
                .map(row -> row.group(1) + " -> " + row.group(2)).toList());
    }
}
