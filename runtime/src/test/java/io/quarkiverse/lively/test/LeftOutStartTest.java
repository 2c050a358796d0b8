package io.quarkiverse.lively.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.TestAbortedException;

/** A test whose start was left out is left out, whatever its clean-up does. Any other clean-up that fails is a failure. */
class LeftOutStartTest {

    private static final String LACK = "not on the path: no-such-program";

    @Test
    void ofAllTestsOfAClass() {
        assertEquals(Set.of("LeftOutBeforeAll ABORTED " + LACK), outcome(LeftOutBeforeAll.class));
    }

    @Test
    void ofOneTest() {
        assertEquals(Set.of("runs() ABORTED " + LACK), outcome(LeftOutBeforeEach.class));
        assertEquals(Set.of("runs() ABORTED " + LACK), outcome(LeftOutWhileItRuns.class));
    }

    @Test
    void aCleanUpThatFailsAfterAStart() {
        assertEquals(Set.of("FailingCleanUp FAILED all", "runs() FAILED each"), outcome(FailingCleanUp.class));
    }

    /** What did not succeed. */
    private static Set<String> outcome(Class<?> tests) {
        Set<String> outcome = new TreeSet<>();
        // Without the listener that names what is left out of the tests of this machine.
        LauncherConfig ofItsOwn = LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
        LauncherFactory.create(ofItsOwn).execute(
                LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build(),
                new TestExecutionListener() {

                    @Override
                    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                        if (result.getStatus() != Status.SUCCESSFUL) {
                            outcome.add(test.getDisplayName().replaceFirst("^LeftOutStartTest[$.]", "") + " "
                                    + result.getStatus() + " " + result.getThrowable().orElseThrow().getMessage());
                        }
                    }
                });
        return outcome;
    }

    static class LeftOutBeforeAll {

        private static AutoCloseable fixture;

        @BeforeAll
        static void start() {
            throw new TestAbortedException(LACK);
        }

        @AfterAll
        static void end() throws Exception {
            fixture.close();
        }

        @Test
        void runs() {
            throw new AssertionError("It runs without its fixture");
        }
    }

    static class LeftOutBeforeEach {

        private AutoCloseable fixture;

        @BeforeEach
        void start() {
            throw new TestAbortedException(LACK);
        }

        @AfterEach
        void end() throws Exception {
            fixture.close();
        }

        @Test
        void runs() {
            throw new AssertionError("It runs without its fixture");
        }
    }

    static class LeftOutWhileItRuns {

        private AutoCloseable fixture;

        @AfterEach
        void end() throws Exception {
            fixture.close();
        }

        @Test
        void runs() {
            throw new TestAbortedException(LACK);
        }
    }

    static class FailingCleanUp {

        @AfterAll
        static void end() {
            throw new IllegalStateException("all");
        }

        @AfterEach
        void endOfEach() {
            throw new IllegalStateException("each");
        }

        @Test
        void runs() {
            // That is all.
        }
    }
}
