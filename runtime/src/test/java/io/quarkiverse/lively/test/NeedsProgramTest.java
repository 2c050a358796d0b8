package io.quarkiverse.lively.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A test that needs a program which is not there is left out, but in CI it fails. */
class NeedsProgramTest {

    private static final String MISSING = "no-such-program";

    private final Set<String> told = new HashSet<>();

    @Test
    void itIsLeftOutButNotInCi() {
        // Without the listener that names what is left out of the tests of this machine.
        LauncherConfig ofItsOwn = LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
        LauncherFactory.create(ofItsOwn).execute(
                LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Needy.class), selectClass(Modest.class))
                        .build(),
                new Recorder());

        Set<String> expected = "true".equals(System.getenv("CI")) ? Set.of("Needy FAILED", "runs() SUCCESSFUL")
                : Set.of("Needy not on the path: " + MISSING, "runs() SUCCESSFUL");
        assertEquals(expected, told);
    }

    @NeedsProgram({ "sh", MISSING })
    static class Needy {

        @Test
        void runs() {
            throw new AssertionError("without " + MISSING);
        }
    }

    @NeedsProgram("sh")
    static class Modest {

        @Test
        void runs() {
            // That is all.
        }
    }

    private final class Recorder implements TestExecutionListener {

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            told.add(name(test) + " " + reason);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest() || result.getThrowable().isPresent()) {
                told.add(name(test) + " " + result.getStatus());
            }
        }

        private static String name(TestIdentifier test) {
            return test.getDisplayName().replaceFirst(".*[$.]", "").replaceFirst("^NeedsProgramTest", "").strip();
        }
    }
}
