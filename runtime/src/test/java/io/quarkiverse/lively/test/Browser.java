package io.quarkiverse.lively.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/**
 * A headless Chromium with a profile of its own, through which a test sees a page as a user does. It downloads
 * nothing, and ends with the JVM at the latest.
 */
public final class Browser implements AutoCloseable {

    /** Names a directory which the screenshots are copied to, that of the documentation for example. */
    private static final String SCREENSHOTS = "lively.screenshots";
    private static final Path BESIDE_THE_BUILD = Path.of("target", "screenshots");

    private final ChromeDriver driver;
    private final Path profile;
    private final Thread endWithTheJvm = new Thread(this::end, "end-browser");

    private Browser(ChromeDriver driver, Path profile) {
        this.driver = driver;
        this.profile = profile;
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
    }

    /**
     * One with an empty page.
     *
     * @param width of the window, in pixels
     * @param height of the window, in pixels
     */
    public static Browser started(int width, int height) {
        try {
            Path profile = Files.createTempDirectory("lively-browser");
            ChromeOptions options = new ChromeOptions().setBinary(program("chromium"));
            // The tests run as root in containers, where there is no sandbox.
            options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", "--lang=en-GB", "--user-data-dir=" + profile);
            ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(program("chromedriver"))
                    .usingAnyFreePort().build();
            ChromeDriver driver = new ChromeDriver(service, options);
            driver.manage().window().setSize(new Dimension(width, height));
            return new Browser(driver, profile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens pages, finds elements and clicks on them. */
    public WebDriver driver() {
        return driver;
    }

    /** Keeps what is seen now, below {@code target/screenshots}; also where {@code -Dlively.screenshots} says. */
    public void screenshot(String name) {
        try {
            Path image = driver.getScreenshotAs(OutputType.FILE).toPath();
            Files.createDirectories(BESIDE_THE_BUILD);
            Files.copy(image, BESIDE_THE_BUILD.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            Optional<String> elsewhere = Optional.ofNullable(System.getProperty(SCREENSHOTS));
            if (elsewhere.isPresent()) {
                Files.copy(image, Path.of(elsewhere.get()).resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
        end();
    }

    private void end() {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static File program(String name) {
        return Programs.find(name).map(Path::toFile).orElseThrow(() -> new IllegalStateException(
                "The tests of pages need " + name + ": install chromium and chromium-driver"));
    }
}
