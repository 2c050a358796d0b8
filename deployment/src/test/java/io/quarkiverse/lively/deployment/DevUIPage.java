package io.quarkiverse.lively.deployment;

import java.time.Duration;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;

import io.quarkiverse.lively.test.Browser;

/**
 * The page of the Dev UI in a browser. Elements are looked for in all shadow roots; {@code a >> b} is a b
 * within a.
 */
final class DevUIPage {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DEEP = """
            const below = (root, css) => {
                const hit = root?.querySelector(css);
                if (hit) {
                    return hit;
                }
                for (const element of root?.querySelectorAll('*') ?? []) {
                    const hit = element.shadowRoot && below(element.shadowRoot, css);
                    if (hit) {
                        return hit;
                    }
                }
                return null;
            };
            const deep = path => path.split(' >> ').reduce((root, css) => below(root?.shadowRoot ?? root, css), document);
            """;
    /** The cells of a grid are not within its rows, but slotted into them. */
    private static final String ROW = DEEP + """
            const grid = deep('qwc-lively-services >> vaadin-grid');
            const rows = [...(grid?.shadowRoot.querySelectorAll('#items tr:not([hidden])') ?? [])]
                .map(row => [...row.querySelectorAll('slot')].flatMap(slot => slot.assignedElements()));
            const row = rows.find(cells => cells.some(cell => cell.textContent.trim() === arguments[0]));
            """;

    private final Browser browser;

    DevUIPage(Browser browser) {
        this.browser = browser;
    }

    void open() {
        browser.driver().get("http://localhost:8080/q/dev-ui/quarkus-lively/fleet");
        script("window.notReloaded = true");
    }

    boolean wasReloaded() {
        return !Boolean.TRUE.equals(script("return window.notReloaded"));
    }

    /** Runs a script in the page. */
    Object script(String script, Object... arguments) {
        return ((JavascriptExecutor) browser.driver()).executeScript(script, arguments);
    }

    /** What the row of a service on that host shows; empty if there is none. */
    Optional<String> row(String host) {
        return Optional.ofNullable((String) script(
                ROW + "return row?.map(cell => cell.innerText.trim()).join(' | ')", host));
    }

    void awaitRow(String host, String... words) {
        Awaitility.await("the row of " + host).atMost(PATIENCE).ignoreException(StaleElementReferenceException.class)
                .until(() -> row(host).orElse(""), row -> !row.isEmpty() && contains(row, words));
    }

    /** Waits for the button, too: a row that changes is made anew. */
    void click(String host, String button) {
        Awaitility.await(button + " of " + host).atMost(PATIENCE).ignoreExceptionsInstanceOf(WebDriverException.class)
                .until(() -> {
                    WebElement found = (WebElement) script(
                            ROW + "return row?.map(cell => cell.querySelector(arguments[1])).find(x => x)", host, button);
                    if (found != null) {
                        found.click();
                    }
                    return found != null;
                });
    }

    /** Waits until something is there. */
    WebElement element(String css) {
        return Awaitility.await(css).atMost(PATIENCE).ignoreException(StaleElementReferenceException.class)
                .until(() -> (WebElement) script(
                        DEEP + "return deep(arguments[0])", css), element -> element != null && element.isDisplayed());
    }

    void awaitText(String css, String... words) {
        Awaitility.await(css).atMost(PATIENCE).ignoreException(StaleElementReferenceException.class)
                .until(() -> (String) script(DEEP + "return deep(arguments[0])?.innerText ?? ''", css),
                        text -> contains(text, words));
    }

    private static boolean contains(String text, String... words) {
        for (String word : words) {
            if (!text.contains(word)) {
                return false;
            }
        }
        return true;
    }
}
