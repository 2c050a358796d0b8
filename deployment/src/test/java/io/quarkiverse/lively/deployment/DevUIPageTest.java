package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

import io.quarkiverse.lively.test.Browser;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/**
 * The page of the Dev UI shows the fleet as it changes, and what others wrote as text, in a real browser. One story,
 * as each test would start the application again.
 */
@NeedsProgram({ "chromium", "chromedriver" })
@ExtendWith(RealEtcd.class)
class DevUIPageTest {

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(archive -> archive.addClasses(StateResource.class, HostileResource.class)
                    .addAsResource(new StringAsset("""
                            quarkus.application.name=checkout
                            quarkus.lively.service.host=laptop
                            # It would ask the registry of Quarkus.
                            quarkus.dev-ui.allow-extension-management=false
                            """), "application.properties"));

    @Test
    void showsTheFleetWithoutAReload() throws InterruptedException {
        await().untilAsserted(() -> RestAssured.get("/state").then().body(equalTo("before REGISTERED")));
        assertEquals(0, viewThreads(), "without the page, nothing needs the view");
        try (Browser browser = Browser.started(1440, 1050);
                StandInProcess other = StandInProcess.start(RealEtcd.url(), "host1", "eu-west", "5S")) {
            DevUIPage page = new DevUIPage(browser);
            page.open();
            page.awaitRow("laptop", "checkout", "UP", "REGISTERED");
            page.awaitText(".registration", "checkout on laptop", "REGISTERED", "it is UP");
            page.awaitText(".view", "CURRENT");
            page.awaitText("qwc-lively-history >> vaadin-grid", "REGISTERED");
            page.awaitRow("host1", "inventory", "UP");

            aServiceComesUpAndDies(page);
            aServiceIsPutIntoMaintenanceAndOut(page, browser);
            theEventsAreListed(page);
            theServicesAreFiltered(page);
            whatOthersWroteIsText(page);
            theApplicationIsReloaded(page);
            assertFalse(page.wasReloaded());
        }
    }

    private static void aServiceComesUpAndDies(DevUIPage page) throws InterruptedException {
        try (StandInProcess dying = StandInProcess.start(RealEtcd.url(), "host2", "us-east", "2S")) {
            page.awaitRow("host2", "inventory", "us-east", "UP", "REGISTERED");
            dying.kill();
            page.awaitRow("host2", "EXPIRED");
        }
    }

    private static void aServiceIsPutIntoMaintenanceAndOut(DevUIPage page, Browser browser) {
        page.click("host1", ".maintain");
        page.element(".maintenance-note input").sendKeys("new disk");
        page.element(".maintenance-minutes input").sendKeys("10");
        page.element(".maintenance-begin").click();
        page.awaitRow("host1", "DOWN", "MAINTENANCE", "new disk until ");
        browser.screenshot("dev-ui.png");
        page.click("host1", ".up");
        page.awaitRow("host1", "UP");
        page.click("host1", ".down");
        page.awaitRow("host1", "DOWN", "OPERATOR");
    }

    private static void theEventsAreListed(DevUIPage page) {
        page.element("#events").click();
        page.awaitText("qwc-lively-events >> vaadin-grid", "inventory on host2", "EXPIRED", "MAINTENANCE", "OPERATOR");
    }

    private static void theServicesAreFiltered(DevUIPage page) {
        page.element(".filter-liveness input").sendKeys("EXPIRED" + Keys.ENTER);
        page.awaitText(".count", "1 of 3 services");
        page.awaitRow("host2", "EXPIRED");
        assertFalse(page.row("host1").isPresent());
        page.element(".filter-liveness input").sendKeys(Keys.ESCAPE, Keys.ESCAPE);
        page.awaitText(".count", "3 of 3 services");
        page.element(".filter-region input").sendKeys("eu-west" + Keys.ENTER);
        page.awaitText(".count", "1 of 3 services");
        page.awaitRow("host1", "eu-west");
        page.element(".filter-region input").sendKeys(Keys.ESCAPE, Keys.ESCAPE);
        page.awaitText(".count", "3 of 3 services");
    }

    private static void whatOthersWroteIsText(DevUIPage page) {
        RestAssured.post("/hostile").then().statusCode(204);
        String host = HostileResource.HOST.replace("\u202e", "\\u202e");
        page.awaitRow(host, HostileResource.TYPE, HostileResource.SCRIPT, "UP");
        page.click(host, ".maintain");
        page.element(".maintenance-note input").sendKeys(HostileResource.SCRIPT + "\"'&lt;\u202e");
        page.element(".maintenance-begin").click();
        page.awaitRow(host, "DOWN", HostileResource.SCRIPT + "\"'&lt;\\u202e");
        assertNull(page.script("return window.forged"));
    }

    /** The page asks the new application; what is known only to the old one is gone. */
    private static void theApplicationIsReloaded(DevUIPage page) {
        page.awaitRow("laptop", "UP");
        APPLICATION.modifySourceFile(StateResource.class, source -> source.replace("before ", "after "));
        await().untilAsserted(() -> RestAssured.get("/state").then().body(equalTo("after REGISTERED")));
        page.click("laptop", ".down");
        page.awaitRow("laptop", "DOWN", "OPERATOR");
        page.awaitText(".registration", "HELD_DOWN");
    }

    private static long viewThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("lively-view")).count();
    }
}
