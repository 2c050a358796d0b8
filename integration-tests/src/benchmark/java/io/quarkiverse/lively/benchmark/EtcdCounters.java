package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** The counters of etcd itself. */
record EtcdCounters(HttpClient http, String url) {

    /** The counters at one moment. */
    record Reading(List<String> lines) {

        /** The changes that went through Raft. */
        long proposals() {
            return sum("etcd_server_proposals_committed_total");
        }

        /** The calls with one request and one response. */
        long roundTrips() {
            return sum("grpc_server_started_total{", "grpc_type=\"unary\"");
        }

        /** The messages that etcd received and sent, those of streams included. */
        long messages() {
            return sum("grpc_server_msg_received_total{") + sum("grpc_server_msg_sent_total{");
        }

        long transactions() {
            return sum("grpc_server_started_total{", "grpc_method=\"Txn\"");
        }

        long keepAlives() {
            return sum("grpc_server_msg_received_total{", "grpc_method=\"LeaseKeepAlive\"");
        }

        long residentBytes() {
            return sum("process_resident_memory_bytes");
        }

        long databaseBytes() {
            return sum("etcd_mvcc_db_total_size_in_bytes");
        }

        private long sum(String prefix, String... labels) {
            return (long) lines.stream()
                    .filter(line -> line.startsWith(prefix) && List.of(labels).stream().allMatch(line::contains))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
        }
    }

    EtcdCounters(String url) {
        this(HttpClient.newHttpClient(), url);
    }

    Reading read() throws IOException, InterruptedException {
        return new Reading(http.send(HttpRequest.newBuilder(URI.create(url + "/metrics")).build(),
                HttpResponse.BodyHandlers.ofString()).body().lines().toList());
    }
}
