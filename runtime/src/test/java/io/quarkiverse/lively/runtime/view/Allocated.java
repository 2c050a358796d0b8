package io.quarkiverse.lively.runtime.view;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

/** What this thread allocates. */
final class Allocated {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocated() {
    }

    /** In bytes, when that is done for the second time: the first one is for the class loader and the like. */
    static long by(Runnable action) {
        long thread = Thread.currentThread().getId();
        action.run();
        long before = THREADS.getThreadAllocatedBytes(thread);
        action.run();
        return THREADS.getThreadAllocatedBytes(thread) - before;
    }
}
