package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.DocPage;
import io.quarkiverse.lively.test.EtcdProgram;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkiverse.lively.test.Programs;

/** The commands of the page about operations, in its order, on an etcd that is started as it says, with a service in it. */
@NeedsProgram({ "etcd", "etcdctl", "bash", "curl" })
class OperationsPageTest {

    private static final DocPage PAGE = DocPage.named("operations.adoc");
    private static final String DEFAULT_URL = "http://localhost:2379";
    private static final String START = "etcd ";

    private final List<DocPage.Block> blocks = new ArrayList<>(PAGE.blocks("bash"));
    private final String preamble = next("ETCDCTL_ENDPOINTS=");

    @TempDir
    Path directory;

    @Test
    void theyDoWhatThePageSays() throws IOException, InterruptedException {
        String restoring = restoring();
        String[] options = next(START).substring(START.length()).split(" +");
        try (EtcdServer etcd = EtcdServer.started(options);
                EtcdServer restored = EtcdServer.absent("--data-dir", directory.resolve("restored").toString());
                Running service = new Running(etcd, restored)) {
            List<String> keys = etcd.keys("/services/");
            assertEquals(8, keys.size(), "as the table says: " + keys);
            assertTrue(run(etcd, next("grep -c")).startsWith("8\n"));
            run(etcd, next("compact"));
            run(etcd, next("defrag"));

            assertEquals("", run(etcd, next("alarm list")));
            etcd.keys().put("/elsewhere", "what is too much");
            run(etcd, next("alarm disarm"));

            assertTrue(run(etcd, next("snapshot save")).contains("TOTAL KEYS"));
            service.lively.registry().down(service.uuid());
            service.await(RegistrationState.HELD_DOWN);
            run(etcd, next("snapshot restore").replace("etcdctl", restoring));
            etcd.kill();
            restored.start();
            // The hold was said after the backup.
            service.await(RegistrationState.REGISTERED);
            Awaitility.await("UP again").until(() -> keys.equals(restored.keys("/services/")));

            assertTrue(run(restored, next("member list")).contains("is healthy"));
            metricsAreThere(run(restored, next("/metrics")));

            run(restored, next("del /services/"));
            Awaitility.await("back after it was deleted").until(() -> keys.equals(restored.keys("/services/")));

            service.registered("stopped").close();
            assertEquals(8 + 7, restored.keys("/services/").size(), "as the table says");
            service.registered("expired").abandon();
            assertEquals(8 + 7 + 6, restored.keys("/services/").size(), "as the table says");
        }
        assertEquals(List.of(), blocks, "each was run");
    }

    /** The program that restores a snapshot, which depends on the version of etcd, as the page says. */
    private static String restoring() {
        String[] version = EtcdProgram.onThePath().version().split("\\.");
        if (Integer.parseInt(version[1]) < 6) {
            return "etcdctl";
        }
        Programs.require("etcdutl");
        return "etcdutl";
    }

    /** The commands come in the order of the page. */
    private String next(String words) {
        DocPage.Block block = blocks.remove(0);
        assertTrue(block.text().contains(words), block.where() + " has " + words);
        return block.text();
    }

    private String run(EtcdServer etcd, String commands) throws IOException, InterruptedException {
        String script = "set -euo pipefail\n" + preamble.replace(DEFAULT_URL, etcd.url()) + "\n" + commands;
        Process bash = new ProcessBuilder("bash", "-c", script).directory(directory.toFile()).redirectErrorStream(true).start();
        String said = new String(bash.getInputStream().readAllBytes());
        assertEquals(0, bash.waitFor(), commands + ": " + said);
        return said;
    }

    private static void metricsAreThere(String exposed) {
        List<String> named = Pattern.compile("(?<![\\w-])etcd_[a-z_]+").matcher(PAGE.text()).results()
                .map(found -> found.group())
                .toList();
        assertTrue(named.size() > 4, "the metrics are found: " + named);
        assertEquals(List.of(), named.stream().filter(name -> !exposed.contains("\n" + name)).toList());
    }

    private static final class Running implements AutoCloseable {

        private final Lively lively;

        Running(EtcdServer... members) {
            String endpoints = String.join(",", Arrays.stream(members).map(EtcdServer::url).toList());
            lively = Configured.nothing().with("etcd.endpoints", endpoints).with("status-ttl", "5").lively();
            lively.start();
            lively.serve(Optional.empty());
            await(RegistrationState.REGISTERED);
        }

        void await(RegistrationState state) {
            Registration own = lively.registry().registration();
            Awaitility.await("is " + state).until(() -> own.state() == state);
        }

        Registration registered(String host) {
            Registration further = lively.registry().register(ServiceDefinition.of("queue", host));
            Awaitility.await("registered").until(() -> further.state() == RegistrationState.REGISTERED);
            return further;
        }

        String uuid() {
            return lively.registry().registration().record().uuid();
        }

        @Override
        public void close() {
            lively.stop();
            lively.close();
        }
    }
}
