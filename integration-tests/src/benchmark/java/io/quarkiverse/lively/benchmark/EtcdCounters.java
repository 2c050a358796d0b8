package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** What etcd counts by itself. */
record EtcdCounters(String url) {

    /** Everything that went through Raft. */
    long proposals() throws IOException, InterruptedException {
        return sum("etcd_server_proposals_committed_total");
    }

    long transactions() throws IOException, InterruptedException {
        return sum("grpc_server_started_total{grpc_method=\"Txn\"");
    }

    long keepAlives() throws IOException, InterruptedException {
        return sum("grpc_server_msg_received_total{grpc_method=\"LeaseKeepAlive\"");
    }

    long residentBytes() throws IOException, InterruptedException {
        return sum("process_resident_memory_bytes");
    }

    long databaseBytes() throws IOException, InterruptedException {
        return sum("etcd_mvcc_db_total_size_in_bytes");
    }

    private long sum(String prefix) throws IOException, InterruptedException {
        String metrics = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url + "/metrics")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
        return (long) metrics.lines().filter(line -> line.startsWith(prefix))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
