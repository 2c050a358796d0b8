package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;
import io.restassured.path.json.JsonPath;

/** What an application exposes is what the docs say, no more and no less; and the dashboard shows just that. */
class MetricsIT {

    private static final Path DOCS = Path.of("..", "docs", "modules", "ROOT");
    private static final Pattern NAME = Pattern.compile("lively_\\w+");

    @AutoClose
    private static EtcdServer etcd;
    @AutoClose
    private static DemoProcess demo;
    private static Map<String, Metric> exposed;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
        demo = DemoProcess.start(etcd).awaitRegistered();
        Awaitility.await("it sees itself")
                .until(() -> demo.get("/q/metrics").asString().contains("lively_view_services{liveness=\"UP\""));
        exposed = Metric.exposed(demo.get("/q/metrics").asString());
    }

    @Test
    void theTableIsWhatIsExposed() throws IOException {
        assertEquals(lines(exposed), lines(Metric.documented(Files.readString(DOCS.resolve("pages/metrics.adoc")))));
    }

    @Test
    void theExamplesNameWhatIsExposed() throws IOException {
        Set<String> named = names(Files.readString(DOCS.resolve("pages/metrics.adoc")));
        named.removeAll(exposed.keySet());
        // The timer in the table, of which there are three.
        assertEquals(Set.of("lively_lease_renewals_seconds"), named);
    }

    @Test
    void theDashboardShowsAllOfIt() throws IOException {
        JsonPath dashboard = JsonPath.from(Files.readString(DOCS.resolve("attachments/lively-dashboard.json")));
        List<List<String>> queries = dashboard.getList("panels.targets.expr");
        assertEquals(exposed.keySet(), names(queries.toString()));
        assertEquals(Set.of("lively_registration_state"), names(dashboard.getString("templating")));
    }

    /** For a failure that says which. */
    private static String lines(Map<String, Metric> metrics) {
        return metrics.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining("\n"));
    }

    private static Set<String> names(String text) {
        return NAME.matcher(text).results().map(match -> match.group()).collect(Collectors.toCollection(TreeSet::new));
    }
}
