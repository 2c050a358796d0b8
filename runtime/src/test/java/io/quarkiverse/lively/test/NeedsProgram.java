package io.quarkiverse.lively.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Leaves a test out on a machine that lacks a program which it runs, before anything of the test is started. {@link LeftOut}
 * names what was left out. In CI it fails instead: see {@link Programs}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.TYPE, ElementType.METHOD })
@ExtendWith(NeedsProgramCondition.class)
public @interface NeedsProgram {

    /** As they are called on the path; all of them are needed. */
    String[] value();
}
