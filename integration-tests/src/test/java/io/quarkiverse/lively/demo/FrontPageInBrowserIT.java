package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;

import io.quarkiverse.lively.test.Browser;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** The front page shows the fleet as it changes, and what others wrote as text, in a real browser. */
@NeedsProgram({ "chromium", "chromedriver" })
@Execution(ExecutionMode.CONCURRENT)
class FrontPageInBrowserIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String SCRIPT = "<img src=x onerror='window.forged=true'>";
    /** Turns around what follows it. */
    private static final String TURNED = "\u202e1tsoh";

    @AutoClose
    private static EtcdServer etcd;
    @AutoClose
    private static DemoProcess demo;
    @AutoClose
    private static Browser browser;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
        demo = DemoProcess.start(etcd, "-Dquarkus.lively.service.host=host1").awaitRegistered();
        browser = Browser.started(1200, 700);
    }

    @Test
    void itShowsWhatChangesWithoutAReload() {
        open("http://127.0.0.1:" + demo.port());
        awaitText("#self", "lively-demo on host1", "REGISTERED", "it is UP");
        awaitRow(demo.uuid(), "lively-demo on host1", "UP", "REGISTERED");

        String uuid;
        try (DemoProcess dying = DemoProcess.start(etcd, "-Dquarkus.lively.service.host=host2",
                "-Dquarkus.lively.service.region=eu-west").awaitRegistered();
                DemoProcess other = DemoProcess.start(etcd, "-Dquarkus.lively.service.host=host3",
                        "-Dquarkus.lively.service.region=eu-west").awaitRegistered()) {
            uuid = dying.uuid();
            awaitRow(uuid, "lively-demo on host2", "eu-west", "UP", "REGISTERED");
            maintenance(other.uuid(), "new disk", "10").findElement(By.className("primary")).click();
            awaitRow(other.uuid(), "DOWN", "MAINTENANCE", "new disk until ");

            Measured crash = Measured.fromNow();
            dying.kill();
            crash.await("from SIGKILL to EXPIRED on the page, TTL 5 s", DemoProcess.TTL.plusSeconds(1),
                    () -> row(uuid).contains("EXPIRED"));
            List<String> all = demo.get("/services").path("uuid");
            awaitText("#count", "1 of " + all.size() + " up");
            browser.screenshot("front-page.png");

            click(other.uuid(), "Up");
            awaitRow(other.uuid(), "UP", "REGISTERED");
            click(other.uuid(), "Down");
            awaitRow(other.uuid(), "DOWN", "OPERATOR");
        }
        assertEquals(true, script("return window.notReloaded"), "the page was reloaded");
    }

    @Test
    void itShowsAsTextWhatOthersWrote() {
        String uuid = demo.request().body("""
                {"type": "<script>window.forged=true<script>", "host": "%s", "region": "%s", "status": "DOWN"}
                """.formatted(TURNED, SCRIPT)).post("/services").then().statusCode(200).extract().path("uuid");
        open("http://127.0.0.1:" + demo.port());
        awaitRow(uuid, "<script>window.forged=true<script> on \\u202e1tsoh", SCRIPT, "DOWN");

        maintenance(uuid, SCRIPT + "\"'&lt;\u202e", "").findElement(By.name("note")).sendKeys(Keys.ENTER);
        awaitRow(uuid, SCRIPT + "\"'&lt;\\u202e");
        assertEquals(null, script("return window.forged"));
        assertEquals(List.of(), browser.driver().findElements(By.cssSelector("#services img, #services script")));
    }

    private static void open(String url) {
        browser.driver().get(url);
        script("window.notReloaded = true");
    }

    private static Object script(String script) {
        return ((JavascriptExecutor) browser.driver()).executeScript(script);
    }

    /** The dialog, filled in. */
    private static WebElement maintenance(String uuid, String note, String minutes) {
        click(uuid, "Maintenance…");
        WebElement dialog = browser.driver().findElement(By.id("maintenance"));
        WebElement field = dialog.findElement(By.name("note"));
        field.clear();
        field.sendKeys(note);
        dialog.findElement(By.name("minutes")).sendKeys(minutes);
        return dialog;
    }

    /** A change of the service makes its buttons anew. */
    private static void click(String uuid, String label) {
        Awaitility.await(label).atMost(PATIENCE).ignoreException(StaleElementReferenceException.class).until(() -> {
            browser.driver().findElement(By.xpath("//tr[@data-uuid='" + uuid + "']//button[.='" + label + "']")).click();
            return true;
        });
    }

    private static String row(String uuid) {
        return text("[data-uuid='" + uuid + "']");
    }

    private static void awaitRow(String uuid, String... words) {
        awaitText("[data-uuid='" + uuid + "']", words);
    }

    private static void awaitText(String css, String... words) {
        Awaitility.await(css).atMost(PATIENCE).until(() -> text(css), text -> List.of(words).stream().allMatch(text::contains));
    }

    /** What is seen of an element; nothing if it is not there, or was replaced just now. */
    private static String text(String css) {
        try {
            return browser.driver().findElements(By.cssSelector(css)).stream().map(WebElement::getText).findFirst().orElse("");
        } catch (StaleElementReferenceException e) {
            return "";
        }
    }
}
