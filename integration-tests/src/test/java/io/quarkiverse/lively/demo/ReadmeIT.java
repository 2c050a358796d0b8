package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.DocPage;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/**
 * The second instance that the README starts appears on the page of the first one, and its end does, too. And what it asks the
 * first one is answered.
 */
@NeedsProgram({ "bash", "curl", "hostname" })
class ReadmeIT {

    private static final List<DocPage> PAGES = List.of(DocPage.named("README.md"), DocPage.named("metrics.adoc"));
    /** Those of Maven are not run. */
    private static final List<String> COMMANDS = PAGES.stream().flatMap(page -> page.blocks("shell").stream())
            .flatMap(block -> block.commands().stream()).filter(command -> !command.startsWith("mvn ")).toList();
    /** A stream of events has no end. */
    private static final String CURL = "curl() { command curl --fail --silent --show-error --max-time 20 \"$@\"; };"
            + " stream() { command curl --fail --silent --max-time 2 \"$@\" || [ $? = 28 ]; }; ";

    @Test
    void aSecondInstanceAppearsOnThePageOfTheFirst() throws IOException, InterruptedException {
        String second = COMMANDS.get(0);
        assertTrue(second.startsWith("OSLIVELY_ETCD_PORT=23790 ") && second.contains(".port=8081 "), second);
        try (EtcdServer etcd = EtcdServer.started(); DemoProcess first = DemoProcess.start(etcd).awaitRegistered()) {
            Awaitility.await()
                    .until(() -> first.log().contains("Open http://127.0.0.1:" + first.port() + "/ to see the fleet"));
            String command = "cd .. && exec env " + second.replace("=23790 ", "=" + etcd.port() + " ");
            int port = DemoProcess.freePort();
            Measured start = Measured.fromNow();
            try (DemoProcess other = DemoProcess.launch(port, Map.of(),
                    List.of("bash", "-c", command.replace(".port=8081 ", ".port=" + port + " ")))) {
                start.await("from java -jar to being seen by the first one", Duration.ofSeconds(20), () -> seen(first, "UP"));
                other.terminate();
                start.await("and to being seen as DOWN", Duration.ofSeconds(25), () -> seen(first, "DOWN"));
            }
            for (String asking : COMMANDS.subList(1, COMMANDS.size())) {
                assertTrue(asking.startsWith("curl "), asking);
                assertEquals("", wrongWith(asking, first), asking);
            }
        }
    }

    /** Empty if it is answered. */
    private static String wrongWith(String command, DemoProcess first) throws IOException, InterruptedException {
        String here = command.replace("http://127.0.0.1:8080/", "http://127.0.0.1:" + first.port() + "/")
                .replace("UUID", first.uuid()).replace("curl -N ", "stream -N ");
        Process bash = new ProcessBuilder("bash", "-c", CURL + here).redirectErrorStream(true).start();
        String said = new String(bash.getInputStream().readAllBytes());
        return bash.waitFor() == 0 ? "" : said;
    }

    /** By its view, which the page shows. */
    private static boolean seen(DemoProcess first, String liveness) {
        return List.of(liveness).equals(first.get("/view/services").path("findAll { it.host == 'second' }.liveness"));
    }
}
