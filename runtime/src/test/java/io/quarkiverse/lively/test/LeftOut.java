package io.quarkiverse.lively.test;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Names what was left out, and why, after the last test of a module. JUnit finds it by itself. */
public final class LeftOut implements TestExecutionListener {

    private final Set<String> tests = Collections.synchronizedSet(new TreeSet<>());

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        tests.add(name(test) + ": " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.ABORTED) {
            tests.add(name(test) + result.getThrowable().map(why -> ": " + why.getMessage()).orElse(""));
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        if (!tests.isEmpty()) {
            System.out.println("LEFT OUT, because this machine lacks what they need:\n  " + String.join("\n  ", tests));
        }
    }

    private static String name(TestIdentifier test) {
        return test.getSource().map(source -> {
            if (source instanceof ClassSource ofClass) {
                return simple(ofClass.getClassName());
            }
            return source instanceof MethodSource ofMethod ? simple(ofMethod.getClassName()) + "." + ofMethod.getMethodName()
                    : test.getDisplayName();
        }).orElse(test.getDisplayName());
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
