package io.quarkiverse.lively.docs;

import static java.util.Map.entry;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PathParam;

import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.shrinkwrap.api.asset.ByteArrayAsset;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.TooFewUpException;
import io.quarkiverse.lively.docs.Surroundings.Item;
import io.quarkiverse.lively.test.DocPage;
import io.quarkiverse.lively.test.Events;
import io.quarkus.arc.Arc;
import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;

/**
 * The Java of the documentation does what its page says: its blocks are the resources, clients and beans of one
 * application. A block that no test calls fails {@link #noneIsLeftOut()}.
 */
class JavaSnippetsTest {

    /** Whole files, and the tests that read them from their page. */
    private static final Map<String, String> RUN_BY = Map.of(
            "getting-started.adoc 1", "src/test/java/io/quarkiverse/lively/deployment/GettingStartedTest.java",
            "stork.adoc 2", "../integration-tests/src/test/java/io/quarkiverse/lively/demo/StorkPageTest.java",
            "testing.adoc 1", "../integration-tests/src/test/java/io/quarkiverse/lively/demo/TestingPageTest.java",
            "testing.adoc 2", "../integration-tests/src/test/java/io/quarkiverse/lively/demo/TestingPageTest.java",
            "testing.adoc 3", "../integration-tests/src/test/java/io/quarkiverse/lively/demo/TestingPageTest.java");

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(JavaSnippetsTest::ofThePages)
            .setForcedDependencies(Stream.of("quarkus-smallrye-stork", "quarkus-rest-client-jackson", "quarkus-rest-jackson")
                    .map(extension -> Dependency.of("io.quarkus", extension, Version.getVersion())).toList())
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.arc.remove-unused-beans", "none")
            .overrideConfigKey("quarkus.lively.devservices.provider", "embedded");

    /** What the client of the page about Stork calls. */
    @jakarta.ws.rs.Path("/items/{id}")
    public static class ItemResource {

        @Inject
        LivenessRegistry registry;

        @GET
        public Item item(@PathParam("id") String id) {
            return new Item(id);
        }

        /** Takes a service down that there is not. */
        @DELETE
        public void down(@PathParam("id") String id) {
            registry.down(id);
        }
    }

    /** Calls one block, which is a bean, and checks what comes of it. */
    private interface Call {
        void of(Object snippet) throws Exception;
    }

    @Inject
    LivenessRegistry registry;

    @Inject
    LivenessView view;

    private final Map<String, Call> calls = Map.ofEntries(
            entry("README.md 1", snippet -> checkout()),
            entry("index.adoc 1", this::asksAndObserves),
            entry("operations.adoc 1", this::deletesWhatExpired),
            entry("quarkus-skill.md 1", this::asksBeforeACall),
            entry("quarkus-skill.md 2", this::findsAnEndpoint),
            entry("quarkus-skill.md 3", snippet -> awaitsAService(snippet, "dependency")),
            entry("quarkus-skill.md 4", this::hearsOfACrash),
            entry("quarkus-skill.md 5", this::publishesAVersion),
            entry("quarkus-skill.md 6", snippet -> takesAHostDown(snippet, 0)),
            entry("registration.adoc 1", this::asksItsRegistration),
            entry("registration.adoc 2", this::observesTheRegistration),
            entry("registration.adoc 3", this::takesItselfOut),
            entry("registration.adoc 4", this::changesItsMetadata),
            entry("registry.adoc 1", this::asksAndLists),
            entry("registry.adoc 2", this::takesDownAndUpAndDeletes),
            entry("registry.adoc 3", snippet -> takesAHostDown(snippet, 1)),
            entry("registry.adoc 4", this::updatesAWorker),
            entry("registry.adoc 5", this::registersAQueue),
            entry("registry.adoc 6", this::tellsTheHistory),
            entry("registry.adoc 7", this::answersWithStatuses),
            entry("stork.adoc 1", this::callsThroughStork),
            entry("view.adoc 1", this::asksTheViewAndWatches),
            entry("view.adoc 2", snippet -> awaitsAService(snippet, "inventory")),
            entry("view.adoc 3", this::observes));

    @Test
    void eachDoesWhatItsPageSays() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        Map<String, JavaSnippet> snippets = JavaSnippet.all().stream()
                .collect(Collectors.toMap(JavaSnippet::id, snippet -> snippet));
        assertAll(calls.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(call -> (Executable) () -> {
            try {
                call.getValue().of(bean(snippets.get(call.getKey()).className()));
            } catch (Exception | AssertionError e) {
                throw new AssertionError(call.getKey() + ": " + e, e);
            }
        }));
    }

    @Test
    void noneIsLeftOut() throws IOException {
        Set<String> known = new TreeSet<>(calls.keySet());
        known.addAll(RUN_BY.keySet());

        assertEquals(new TreeSet<>(JavaSnippet.all().stream().map(JavaSnippet::id).toList()), known,
                "each block of Java is called here, or is a file that another test runs");
        for (Map.Entry<String, String> run : RUN_BY.entrySet()) {
            String page = run.getKey().replaceFirst(" \\d+$", "");
            assertTrue(Files.readString(Path.of(run.getValue())).contains('"' + page + '"'), run + ": the test reads the page");
        }
    }

    private void checkout() {
        assertEquals("try again later", RestAssured.get("/checkout").asString());
        try (Registration inventory = up("inventory", "host1")) {
            assertEquals("in stock", RestAssured.get("/checkout").asString());
        }
        assertEquals("try again later", RestAssured.get("/checkout").asString());
    }

    private void asksAndObserves(Object snippet) throws Exception {
        assertEquals(false, call(snippet, "inStock"));
        try (Registration inventory = up("inventory", "host1")) {
            assertEquals(true, call(snippet, "inStock"));
        }
        assertEquals(false, call(snippet, "inStock"));
        observes(snippet);
    }

    private void observes(Object snippet) throws Exception {
        try (Log log = new Log(snippet); Registration observed = up("observed", "h")) {
            String uuid = observed.record().uuid();
            await().until(() -> log.lines.contains(uuid + " is UP: REGISTERED"));
            observed.close();
            await().until(() -> log.lines.contains(uuid + " is DOWN: SHUTDOWN"));
            registry.delete(uuid);
        }
    }

    private void deletesWhatExpired(Object snippet) throws Exception {
        Registration expired = up("inventory", "expired");
        expired.abandon();
        try (Registration inventory = up("inventory", "host1")) {
            call(snippet, "run");
            assertEquals(List.of("host1"), hosts("inventory"));
        }
        assertTrue(registry.find(expired.record().uuid()).isEmpty());
    }

    private void asksItsRegistration(Object snippet) throws Exception {
        String uuid = registry.registration().record().uuid();
        assertEquals(true, call(snippet, "mayWrite"));
        registry.down(uuid);
        await().until(() -> call(snippet, "mayWrite").equals(false));
        registry.up(uuid);
        await().until(() -> call(snippet, "mayWrite").equals(true));
    }

    private void observesTheRegistration(Object snippet) throws Exception {
        String uuid = registry.registration().record().uuid();
        try (Log log = new Log(snippet)) {
            registry.down(uuid, Maintenance.of("failed disk"));
            await().until(() -> log.lines.stream()
                    .anyMatch(line -> line.startsWith("This application is HELD_DOWN: ") && line.contains("failed disk")));
            registry.up(uuid);
            await().until(() -> log.lines.stream().anyMatch(line -> line.startsWith("This application is REGISTERED: ")));
            try (Registration queue = up("queue", "observed")) {
                await().until(() -> log.lines.stream()
                        .anyMatch(line -> line.contains(queue.record().uuid()) && line.contains("is REGISTERED: ")));
            }
        }
    }

    private void changesItsMetadata(Object snippet) throws Exception {
        OptionalLong token = registry.registration().fencingToken();
        call(snippet, "run");
        ServiceRecord stored = registry.find(registry.registration().record().uuid()).orElseThrow();
        assertEquals(Map.of("version", "2.1", "weight", "50"), stored.metadata());
        assertEquals(token, registry.registration().fencingToken());
    }

    private void takesItselfOut(Object snippet) throws Exception {
        String uuid = registry.registration().record().uuid();
        await().until(() -> registry.isUp(uuid));
        set(snippet, "meanwhile",
                (Runnable) () -> await().until(() -> reason(uuid) == Reason.APPLICATION && !registry.isUp(uuid)));
        call(snippet, "run");
        await().until(() -> registry.isUp(uuid));
    }

    private void asksAndLists(Object snippet) throws Exception {
        try (Registration near = up("inventory", "host1", "eu-west"); Registration far = up("inventory", "host2", "us-west")) {
            assertEquals(true, call(snippet, "inStock"));
            assertEquals(List.of(near.record().uuid()),
                    ((List<?>) call(snippet, "inventories")).stream().map(service -> ((ServiceRecord) service).uuid())
                            .toList());
        }
        assertEquals(List.of(), call(snippet, "inventories"));
        assertEquals(false, call(snippet, "inStock"));
    }

    private void takesDownAndUpAndDeletes(Object snippet) throws Exception {
        List<LivenessEvent> events = new CopyOnWriteArrayList<>();
        String uuid = registry.update(ServiceDefinition.of("worker", "host1"), 0).uuid();
        set(snippet, "uuid", uuid);
        try (Subscription subscription = registry.watch(ServiceQuery.ofUuids(uuid), events::add)) {
            await().until(() -> kinds(events).contains("SNAPSHOT_END"));
            call(snippet, "run");
            await().until(() -> kinds(events).contains("REMOVED"));
        }
        assertEquals(List.of("SNAPSHOT", "SNAPSHOT_END", "CHANGED", "CHANGED", "REMOVED"), kinds(events));
        ServiceRecord down = Events.current(events.get(2)).orElseThrow();
        assertEquals(Liveness.DOWN, down.liveness());
        assertEquals("failed disk", down.maintenance().orElseThrow().note());
        assertTrue(Events.current(events.get(3)).orElseThrow().maintenance().isEmpty());
        assertTrue(registry.find(uuid).isEmpty());
    }

    private void asksBeforeACall(Object snippet) throws Exception {
        assertEquals("closed", call(snippet, "stock"));
        try (Registration inventory = up("inventory", "host1")) {
            assertEquals("in stock", call(snippet, "stock"));
        }
    }

    private void findsAnEndpoint(Object snippet) throws Exception {
        Endpoint endpoint = new Endpoint("127.0.0.1", 7, false);
        assertEquals(Optional.empty(), call(snippet, "inventory"));
        try (Registration inventory = registry.register(ServiceDefinition.of("inventory", "here").withEndpoint(endpoint))) {
            await().until(() -> call(snippet, "inventory").equals(Optional.of(endpoint)));
        }
        await().until(() -> call(snippet, "inventory").equals(Optional.empty()));
    }

    private void hearsOfACrash(Object snippet) throws Exception {
        try (Log log = new Log(snippet)) {
            up("inventory", "crashing").abandon();
            await().until(() -> log.lines.contains("inventory on crashing has died"));
        }
        registry.delete(registry.find("inventory", "crashing").orElseThrow().uuid());
    }

    private void publishesAVersion(Object snippet) throws Exception {
        call(snippet, "published");
        assertEquals("2.1", registry.find(registry.registration().record().uuid()).orElseThrow().metadata().get("version"));
    }

    /** @param left how many are too few for it */
    private void takesAHostDown(Object snippet, int left) throws Exception {
        try (Registration here = up("batch", "host7");
                Registration there = up("batch", "host8");
                Registration elsewhere = up("batch", "host9");
                Log log = new Log(snippet)) {
            List<LivenessEvent> events = new CopyOnWriteArrayList<>();
            try (Subscription subscription = registry.watch(ServiceQuery.ofTypes("batch"), events::add)) {
                await().until(() -> kinds(events).contains("SNAPSHOT_END"));
                call(snippet, "run");
                await().until(() -> kinds(events).contains("CHANGED"));
            }
            assertEquals(List.of(), log.lines);
            await().until(() -> registry.isUp("batch", "host7"));
            there.close();
            if (left == 0) {
                elsewhere.close();
            }
            assertEquals(left, assertThrows(TooFewUpException.class, () -> call(snippet, "run")).left());
        }
    }

    @SuppressWarnings("unchecked")
    private void awaitsAService(Object snippet, String method) throws Exception {
        CompletableFuture<ServiceRecord> awaited = ((Uni<ServiceRecord>) call(snippet, method))
                .subscribeAsCompletionStage();
        assertFalse(awaited.isDone());
        try (Registration inventory = up("inventory", "awaited", "eu-west")) {
            assertEquals("awaited", awaited.get(10, TimeUnit.SECONDS).host());
        }
    }

    private void updatesAWorker(Object snippet) throws Exception {
        call(snippet, "run");
        ServiceRecord worker = registry.find("worker", "host7").orElseThrow();
        assertTrue(worker.isUp());
        assertEquals("eu-west", worker.region());
        assertFalse(worker.owned());
    }

    private void registersAQueue(Object snippet) throws Exception {
        List<Boolean> up = new CopyOnWriteArrayList<>();
        set(snippet, "meanwhile", (Runnable) () -> {
            await().until(() -> registry.isUp("queue", "orders"));
            up.add(true);
        });
        call(snippet, "run");
        assertEquals(List.of(true), up);
        assertEquals(Liveness.DOWN, registry.find("queue", "orders").orElseThrow().liveness());
    }

    private void tellsTheHistory(Object snippet) throws Exception {
        Registration past = up("past", "h");
        past.close();
        set(snippet, "uuid", past.record().uuid());
        try (Log log = new Log(snippet)) {
            call(snippet, "run");
            assertEquals(List.of("DOWN SHUTDOWN by", "UP REGISTERED by"),
                    log.lines.stream().map(line -> line.replaceFirst("^\\S+ (\\S+ \\S+ by) .+$", "$1")).toList());
        }
    }

    private void answersWithStatuses(Object snippet) {
        RestAssured.delete("/items/missing").then().statusCode(404).body(containsString("missing"));
        RestAssured.delete("/items/" + "x".repeat(300)).then().statusCode(400);
    }

    private void callsThroughStork(Object client) throws Exception {
        Endpoint here = new Endpoint("127.0.0.1", RestAssured.port, false);
        ServiceDefinition stork = ServiceDefinition.of("inventory", "stork").withEndpoint(here);
        try (Registration inventory = registry.register(stork)) {
            await().until(() -> view.isUp("inventory", "stork"));
            assertEquals(new Item("7"), call(client, "find", "7"));
        }
    }

    @SuppressWarnings("unchecked")
    private void asksTheViewAndWatches(Object snippet) throws Exception {
        List<LivenessEvent> events = new CopyOnWriteArrayList<>();
        await().until(() -> call(snippet, "inStock").equals(false));
        Cancellable subscription = ((Multi<LivenessEvent>) call(snippet, "changes")).subscribe().with(events::add);
        await().until(() -> kinds(events).contains("SNAPSHOT_END"));
        try (Registration inventory = up("inventory", "watched");
                Registration one = up("inventory", "host1");
                Registration other = up("other", "h")) {
            await().until(() -> call(snippet, "inStock").equals(true));
            await().until(() -> hosts(events, "ADDED").contains("watched"));
        } finally {
            subscription.cancel();
        }
        assertTrue(events.stream().flatMap(event -> Events.current(event).stream())
                .allMatch(service -> service.type().equals("inventory")));
    }

    private Registration up(String type, String host) {
        return up(type, host, "default");
    }

    private Registration up(String type, String host, String region) {
        Registration registration = registry.register(ServiceDefinition.of(type, host).withRegion(region));
        await().until(() -> registry.isUp(type, host));
        return registration;
    }

    private Reason reason(String uuid) {
        return registry.find(uuid).orElseThrow().reason();
    }

    private List<String> hosts(String type) {
        return registry.list(ServiceQuery.ofTypes(type).withLiveness(Liveness.UP, Liveness.EXPIRED)).stream()
                .map(ServiceRecord::host).toList();
    }

    private static List<String> kinds(List<LivenessEvent> events) {
        return Events.kinds(events);
    }

    private static List<String> hosts(List<LivenessEvent> events, String kind) {
        return events.stream().filter(event -> event.kind().equals(kind))
                .map(event -> Events.current(event).orElseThrow().host())
                .toList();
    }

    private static Object bean(String name) throws ClassNotFoundException {
        Class<?> type = Class.forName(name, true, Thread.currentThread().getContextClassLoader());
        return Arc.container().instance(type, type.isInterface() ? new Annotation[] { RestClient.LITERAL } : new Annotation[0])
                .get();
    }

    private static Object call(Object bean, String name, Object... arguments) throws Exception {
        for (Method method : bean.getClass().getDeclaredMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
                method.setAccessible(true);
                try {
                    return method.invoke(bean, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause() instanceof Exception cause ? cause : e;
                }
            }
        }
        throw new NoSuchMethodException(bean.getClass() + " " + name);
    }

    private static void set(Object snippet, String name, Object value) throws ReflectiveOperationException {
        Field field = Surroundings.class.getDeclaredField(name);
        field.setAccessible(true);
        field.set(snippet, value);
    }

    /** The lines that a block logs. */
    private static final class Log extends Handler implements AutoCloseable {

        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final Logger logger;

        Log(Object snippet) {
            logger = Logger.getLogger(snippet.getClass().getName());
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord line) {
            lines.add(text(line));
        }

        private static String text(LogRecord line) {
            return line.getParameters() == null ? line.getMessage() : line.getMessage().formatted(line.getParameters());
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    private static void ofThePages(JavaArchive jar) {
        List<JavaSnippet> snippets = JavaSnippet.all().stream().filter(snippet -> snippet.shape() != JavaSnippet.Shape.FILE)
                .toList();
        try {
            Path classes = Files.createTempDirectory("snippets");
            try {
                assertEquals(List.of(), JavaSnippet.compile(snippets, classes));
                for (Path file : files(classes)) {
                    jar.add(new ByteArrayAsset(Files.readAllBytes(file)), classes.relativize(file).toString());
                }
            } finally {
                delete(classes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        jar.addClasses(Surroundings.class, JavaSnippet.class)
                .addAsResource(new ByteArrayAsset(DocPage.named("stork.adoc").blocks("properties").get(0).text().getBytes()),
                        "application.properties");
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> found = Files.walk(directory)) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
