package io.quarkiverse.lively.deployment.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.quarkiverse.lively.test.NeedsProgram;

/** etcd's own command line finds an etcd. */
@NeedsProgram("etcdctl")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdctlTest {

    private MemoryEtcd etcd;

    @BeforeEach
    void start() throws IOException {
        etcd = MemoryEtcd.started(0);
    }

    @AfterEach
    void end() {
        etcd.close();
    }

    @Test
    void putGetDel() throws Exception {
        assertEquals(List.of("OK"), etcdctl("", "put", "/a", "1"));
        assertEquals(List.of("OK"), etcdctl("", "put", "/b", "2"));
        assertEquals(List.of("OK", "/b", "2"), etcdctl("", "put", "/b", "3", "--prev-kv"));
        assertEquals(List.of("/a", "1", "/b", "3"), etcdctl("", "get", "--prefix", "/"));
        assertEquals(List.of("/b", "2"), etcdctl("", "get", "--rev", "3", "/b"));
        assertEquals(List.of("/b", "/a"), etcdctl("", "get", "--prefix", "/", "--keys-only", "--order", "DESCEND"));
        assertEquals(List.of("2"), etcdctl("", "del", "--from-key", "/"));
        assertEquals(List.of(), etcdctl("", "get", "--prefix", "/"));
        assertEquals(List.of("compacted revision 4"), etcdctl("", "compaction", "4"));
        assertTrue(etcdctl("", "get", "--rev", "3", "/b").get(0).contains("required revision has been compacted"));
    }

    @Test
    void txn() throws Exception {
        etcdctl("", "put", "/a", "1");

        assertEquals(List.of("SUCCESS", "OK", "/a", "2"), etcdctl("value(\"/a\") = \"1\"\n\nput /a 2\nget /a\n\nget /b\n\n",
                "txn"));
        assertEquals(List.of("FAILURE", "/a", "2"), etcdctl("mod(\"/a\") < \"3\"\n\ndel /a\n\nget /a\n\n", "txn"));
    }

    @Test
    void lease() throws Exception {
        String granted = etcdctl("", "lease", "grant", "60").get(0);
        String id = granted.split(" ")[1];
        assertEquals("lease " + id + " granted with TTL(60s)", granted);
        assertEquals(List.of("OK"), etcdctl("", "put", "/a", "1", "--lease", id));
        assertEquals(List.of("lease " + id + " keepalived with TTL(60)"), etcdctl("", "lease", "keep-alive", "--once", id));
        String timeToLive = etcdctl("", "lease", "timetolive", "--keys", id).get(0);
        assertTrue(
                timeToLive
                        .matches("lease " + id + " granted with TTL\\(60s\\), remaining\\(5\\ds\\), attached keys\\(\\[/a]\\)"),
                timeToLive);
        assertEquals(List.of("found 1 leases", id), etcdctl("", "lease", "list"));
        assertEquals(List.of("lease " + id + " revoked"), etcdctl("", "lease", "revoke", id));
        assertEquals(List.of(), etcdctl("", "get", "/a"));
        assertTrue(etcdctl("", "lease", "revoke", id).get(0).contains("requested lease not found"));
    }

    @Test
    void watch() throws Exception {
        etcdctl("", "put", "/a", "1");
        Process watch = start("watch", "--prefix", "/", "--rev", "2");
        try {
            etcdctl("", "del", "/a");

            List<String> lines = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                lines.add(watch.inputReader().readLine());
            }
            assertEquals(List.of("PUT", "/a", "1", "DELETE", "/a"), lines);
        } finally {
            watch.destroyForcibly().waitFor();
        }
    }

    @Test
    void health() throws Exception {
        assertTrue(etcdctl("", "endpoint", "health").get(0).contains("is healthy"));
        assertTrue(etcdctl("", "endpoint", "status").get(0).contains("3.4.0-embedded"));
    }

    private List<String> etcdctl(String input, String... arguments) throws IOException, InterruptedException {
        Process etcdctl = start(arguments);
        try (OutputStream in = etcdctl.getOutputStream()) {
            in.write(input.getBytes());
        }
        List<String> lines = new String(etcdctl.getInputStream().readAllBytes()).lines().filter(line -> !line.isEmpty())
                .toList();
        assertTrue(etcdctl.waitFor(10, TimeUnit.SECONDS));
        return lines;
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints", "http://127.0.0.1:" + etcd.port()));
        command.addAll(List.of(arguments));
        ProcessBuilder etcdctl = new ProcessBuilder(command).redirectErrorStream(true);
        etcdctl.environment().put("ETCDCTL_API", "3");
        return etcdctl.start();
    }
}
