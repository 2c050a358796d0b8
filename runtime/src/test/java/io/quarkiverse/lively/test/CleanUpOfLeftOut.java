package io.quarkiverse.lively.test;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Keeps a clean-up from failing because its start was left out: JUnit runs the clean-up all the same, and it finds fixtures
 * that
 * were never started. What the clean-up throws then is kept beside the reason. JUnit applies this extension to all tests.
 */
public final class CleanUpOfLeftOut implements LifecycleMethodExecutionExceptionHandler, TestExecutionExceptionHandler {

    private static final Namespace NAMESPACE = Namespace.create(CleanUpOfLeftOut.class);

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        started(context, thrown);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        started(context, thrown);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        started(context, thrown);
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        ended(context, thrown);
    }

    @Override
    public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        ended(context, thrown);
    }

    private static void started(ExtensionContext context, Throwable thrown) throws Throwable {
        if (thrown instanceof TestAbortedException) {
            context.getStore(NAMESPACE).put(TestAbortedException.class, thrown);
        }
        throw thrown;
    }

    private static void ended(ExtensionContext context, Throwable thrown) throws Throwable {
        TestAbortedException reason = context.getStore(NAMESPACE).get(TestAbortedException.class, TestAbortedException.class);
        if (reason == null) {
            throw thrown;
        }
        reason.addSuppressed(thrown);
    }
}
