package io.quarkiverse.lively.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;

import io.restassured.path.json.JsonPath;

/** Calls the demo again and again on two threads until it is closed, and keeps what was answered. */
final class RepeatedCalls implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final HttpRequest request;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<Thread> threads;

    private RepeatedCalls(HttpRequest request) {
        this.request = request;
        this.threads = List.of(new Thread(this::run, "calls-1"), new Thread(this::run, "calls-2"));
        threads.forEach(thread -> thread.setDaemon(true));
    }

    static RepeatedCalls of(DemoProcess demo, String path) {
        RepeatedCalls calls = new RepeatedCalls(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + demo.port() + path))
                .timeout(Duration.ofSeconds(10)).build());
        calls.threads.forEach(Thread::start);
        return calls;
    }

    /**
     * One call and its answer.
     *
     * @param begun when it began, in the time of {@link System#nanoTime()}
     */
    record Call(long begun, int status, String body) {

        boolean isFrom(String host) {
            return status == 200 && host.equals(JsonPath.from(body).getString("host"));
        }
    }

    List<Call> all() {
        return List.copyOf(calls);
    }

    List<Call> since(long moment) {
        return calls.stream().filter(call -> call.begun() - moment > 0).toList();
    }

    List<Call> failures() {
        return calls.stream().filter(call -> call.status() != 200).toList();
    }

    void awaitAnswersFrom(Set<String> hosts) {
        Awaitility.await("answers from " + hosts).until(() -> hosts.stream()
                .allMatch(host -> calls.stream().anyMatch(call -> call.isFrom(host))));
    }

    void awaitMoreThan(int number, long sinceThen) {
        Awaitility.await(number + " more calls").atMost(Duration.ofSeconds(20)).until(() -> since(sinceThen).size() > number);
    }

    @Override
    public void close() throws InterruptedException {
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void run() {
        try {
            while (true) {
                calls.add(call());
                Thread.sleep(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private Call call() throws InterruptedException {
        long begun = System.nanoTime();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Call(begun, response.statusCode(), response.body());
        } catch (IOException e) {
            return new Call(begun, 0, e.toString());
        }
    }
}
