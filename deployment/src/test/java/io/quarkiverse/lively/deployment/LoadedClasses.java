package io.quarkiverse.lively.deployment;

import java.lang.reflect.Method;

import io.quarkiverse.lively.runtime.LivelyLifecycle;

/** Which classes the application under test has loaded. */
final class LoadedClasses {

    private LoadedClasses() {
    }

    /** Of this extension. */
    static boolean include(String name) throws ReflectiveOperationException {
        Method findLoadedClass = ClassLoader.class.getDeclaredMethod("findLoadedClass", String.class);
        findLoadedClass.setAccessible(true);
        return findLoadedClass.invoke(LivelyLifecycle.class.getClassLoader(), name) != null;
    }
}
