package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import com.fasterxml.jackson.databind.JsonNode;

import io.quarkus.devui.tests.DevUIJsonRPCTest;
import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/** What the page of the Dev UI writes; and that the page of another site cannot. */
@ExtendWith(RealEtcd.class)
class DevUIJsonRpcTest extends DevUIJsonRPCTest {

    private static final String URL = "http://localhost:8080";

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(archive -> archive.addClass(StateResource.class));

    DevUIJsonRpcTest() {
        super("quarkus-lively", URL);
    }

    /** Not a test each, as each would start the application again; and few calls, as the class above waits 3 s for each. */
    @TestFactory
    Stream<DynamicTest> page() {
        return Stream.concat(
                Stream.of(dynamicTest("takes a service down and up again", this::aServiceIsTakenDownAndUpAgain),
                        dynamicTest("is told why something is refused", this::whatIsRefusedSaysWhy),
                        dynamicTest("is let in if it is our own", DevUIJsonRpcTest::ourOwnPageIsLetIn)),
                Stream.of("http://evil.example", "https://evil.example:8080", "http://localhost.evil.example:8080",
                        "http://127.0.0.1.evil.example", "http://localhost:8081", "null")
                        .map(origin -> dynamicTest("is refused if it is from " + origin, () -> otherSitesAreRefused(origin))));
    }

    private void aServiceIsTakenDownAndUpAgain() throws Exception {
        awaitState("REGISTERED");
        String uuid = uuid();
        assertDone(executeJsonRPCMethod("down", Map.of("uuid", uuid, "note", "disk", "end", "2099-12-31T00:00:00Z")));
        awaitState("HELD_DOWN");
        JsonNode newest = executeJsonRPCMethod("history", Map.of("uuid", uuid)).get(0);
        assertEquals("DOWN", newest.get("status").asText());
        assertEquals("MAINTENANCE", newest.get("reason").asText());
        assertEquals("disk", newest.get("note").asText());
        assertEquals(0, executeJsonRPCMethod("history", Map.of("uuid", "nobody")).size());

        assertDone(executeJsonRPCMethod("up", Map.of("uuid", uuid)));
        awaitState("REGISTERED");
    }

    private void whatIsRefusedSaysWhy() throws Exception {
        String uuid = uuid();
        assertRefused("end", executeJsonRPCMethod("down", Map.of("uuid", uuid, "note", "", "end", "2001-01-01T00:00:00Z")));
    }

    private static void ourOwnPageIsLetIn() {
        WebSocket socket = connect(URL);
        assertFalse(socket.isInputClosed());
        socket.abort();
    }

    /** A browser says where a page is from that opens a socket, and the page cannot say otherwise. */
    private static void otherSitesAreRefused(String origin) {
        CompletionException refused = assertThrows(CompletionException.class, () -> connect(origin));
        assertEquals(403,
                assertInstanceOf(WebSocketHandshakeException.class, refused.getCause()).getResponse().statusCode());
    }

    private static WebSocket connect(String origin) {
        return HttpClient.newHttpClient().newWebSocketBuilder().header("Origin", origin)
                .buildAsync(URI.create("ws://localhost:8080/q/dev-ui/json-rpc-ws"), new WebSocket.Listener() {
                }).join();
    }

    private static void assertDone(JsonNode outcome) {
        assertTrue(outcome.get("done").asBoolean(), outcome::toString);
    }

    private static void assertRefused(String word, JsonNode outcome) {
        assertFalse(outcome.get("done").asBoolean());
        assertTrue(outcome.get("message").asText().contains(word), outcome::toString);
    }

    private static void awaitState(String state) {
        await().untilAsserted(() -> RestAssured.get("/state").then().body(equalTo("before " + state)));
    }

    private static String uuid() {
        String key = RealEtcd.keys().all("/services/by-uuid/").get(0);
        return key.substring(key.lastIndexOf('/') + 1);
    }
}
