package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** The second instance that the README starts appears on the page of the first one, and its end does, too. */
@NeedsProgram("bash")
class ReadmeIT {

    private static final Path README = Path.of("..", "README.md");

    @Test
    void aSecondInstanceAppearsOnThePageOfTheFirst() throws IOException {
        String second = Files.readAllLines(README).stream().filter(line -> line.startsWith("OSLIVELY_ETCD_PORT=")).findFirst()
                .orElseThrow();
        assertTrue(second.contains("=23790 ") && second.contains(".port=8081 "), second);
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
        }
    }

    /** By its view, which the page shows. */
    private static boolean seen(DemoProcess first, String liveness) {
        return List.of(liveness).equals(first.get("/view/services").path("findAll { it.host == 'second' }.liveness"));
    }
}
