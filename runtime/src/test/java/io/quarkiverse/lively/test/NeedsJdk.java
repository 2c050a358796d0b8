package io.quarkiverse.lively.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Leaves a test out on a machine without a {@link Jdk} of that version or a newer one. {@link LeftOut} names what was left out.
 * In CI too: the Java of Debian is older, and another job of CI has a newer one.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.TYPE, ElementType.METHOD })
@ExtendWith(NeedsJdk.Condition.class)
public @interface NeedsJdk {

    /** The first number of the version. */
    int value();

    /** Looks for the JDK. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            int newest = Jdk.newest().version();
            return AnnotationSupport.findAnnotation(context.getElement(), NeedsJdk.class)
                    .filter(needs -> needs.value() > newest)
                    .map(needs -> ConditionEvaluationResult.disabled("the newest JDK is " + newest + ", needed is "
                            + needs.value()))
                    .orElseGet(() -> ConditionEvaluationResult.enabled("The newest JDK is " + newest));
        }
    }
}
