package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkiverse.lively.runtime.config.Certificates;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkus.runtime.LaunchMode;

/** A training run is recognised by the options of the JVM, and registers nothing. */
@Isolated
class TrainingRunTest {

    @ParameterizedTest
    @CsvSource({ "-XX:AOTMode=record,-XX:AOTMode=record", "-XX:AOTCacheOutput=/a/app.aot,-XX:AOTCacheOutput",
            "-XX:ArchiveClassesAtExit=app.jsa,-XX:ArchiveClassesAtExit",
            "-XX:DumpLoadedClassList=classes.lst,-XX:DumpLoadedClassList" })
    void theJvmRecords(String option, String reported) {
        assertEquals(Optional.of(reported), TrainingRun.recording(List.of("-Xmx1g", option, "-Da=b")));
    }

    @ParameterizedTest
    @ValueSource(strings = { "-XX:AOTMode=on", "-XX:AOTMode=auto", "-XX:AOTCache=app.aot", "-XX:SharedArchiveFile=app.jsa",
            "-XX:+AutoCreateSharedArchive", "-Da=-XX:AOTMode=record" })
    void theJvmUsesAnArchive(String option) {
        assertEquals(Optional.empty(), TrainingRun.recording(List.of("-Xmx1g", option)));
    }

    @Test
    void nothingOfTheApplicationIsRegisteredAndTheStartDoesNotFail() {
        LivelySettings settings = settings(Configured.nothing().with("registration.fail-fast", "true"),
                Optional.of("-XX:AOTMode=record"));
        assertFalse(settings.registrar().registersItself());
        assertFalse(settings.registrar().awaitsReadiness());
        assertEquals(Optional.empty(), settings.failFast());
    }

    @Test
    void anyOtherRunRegisters() {
        LivelySettings settings = settings(Configured.nothing(), Optional.empty());
        assertTrue(settings.registrar().registersItself());
        assertTrue(settings.registrar().awaitsReadiness());
    }

    /** As Dev Services do. */
    @Test
    void theConfigurationCanAllowIt() {
        System.setProperty("quarkus.appcds.generate", "true");
        try {
            assertEquals(Optional.of("-Dquarkus.appcds.generate"),
                    TrainingRun.of(Configured.nothing().config(), LaunchMode.NORMAL));
            assertEquals(Optional.empty(), TrainingRun.of(Configured.nothing().config(), LaunchMode.TEST));
            assertEquals(Optional.empty(), TrainingRun.of(
                    Configured.nothing().with("registration.in-training", "true").config(), LaunchMode.NORMAL));
        } finally {
            System.clearProperty("quarkus.appcds.generate");
        }
    }

    private static LivelySettings settings(Configured configured, Optional<String> training) {
        return LivelySettings.of(configured.config(), "1.0", new DefaultHost(new HostName(), ""), true,
                new SecurityServices(Certificates::new, () -> {
                    throw new IllegalStateException("There is no certificate to read");
                }), training);
    }
}
