package io.quarkiverse.lively.demo.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import io.quarkiverse.lively.runtime.registration.QuietLog;
import io.quarkiverse.lively.test.EtcdProgram;
import io.quarkiverse.lively.test.NeedsProgram;

/** Faults that are made on one scene, one after another. Each test is a row of the table. */
@ExtendWith({ FaultTableParameter.class, QuietLog.class })
@NeedsProgram({ "etcd", "etcdctl" })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 6, unit = TimeUnit.MINUTES)
abstract class Faults {

    /** Of rows that only the long form has. */
    static final String LONG = "long";
    /** Of the classes for a current etcd, which only the long form has. */
    static final String NEXT = "next";

    /** KiB. A client of etcd that is never closed holds more after some faults. */
    private static final long SOME_HEAP = 16 << 10;

    final Form form = Form.chosen();
    private EtcdProgram program;
    private Scene scene;
    private FaultTable table;
    private String version;
    private String test;

    /** The etcd that these faults are made on. */
    EtcdProgram program() {
        return EtcdProgram.onThePath();
    }

    abstract Scene scene(EtcdProgram program);

    @BeforeAll
    void start(FaultTable inTable) {
        table = inTable;
        program = program();
        version = program.version();
        System.out.printf("%s: etcd %s, TTL %d s, %d services%n", getClass().getSimpleName(), version,
                form.ttl().toSeconds(), Scene.SERVICES);
    }

    @BeforeEach
    void name(TestInfo info) {
        Class<?> rows = info.getTestMethod().orElseThrow().getDeclaringClass();
        test = rows.getSimpleName() + "." + info.getTestMethod().orElseThrow().getName();
    }

    @AfterAll
    void end() {
        if (scene == null) {
            return;
        }
        try {
            Census growth = scene.growth();
            long heap = scene.growthOfHeap();
            new Row(table, "After all of these, one after another", getClass().getSimpleName().replace("NextIT", "IT"),
                    version).noted("threads, connections and files, KiB of heap of an application, more than before",
                            "%+d, %+d, %+d".formatted(growth.threads(), growth.descriptors(), heap));
            assertTrue(heap <= SOME_HEAP, "the heap has grown by " + heap + " KiB");
        } finally {
            scene.close();
        }
    }

    Scene scene() {
        if (scene == null) {
            scene = scene(program);
        }
        return scene;
    }

    /**
     * Makes a fault, as often as this form of the suite does, and checks what is promised after each. If that fails, the next
     * fault has a scene of its own: who knows what this one is like.
     */
    void make(String fault, Consumer<Trial> script) {
        try {
            for (int round = 0; round < form.rounds(); round++) {
                System.out.printf("%s on etcd %s: %s%n", test, version, fault);
                Trial trial = new Trial(scene(), new Row(table, fault, test, version));
                script.accept(trial);
                trial.conclude();
            }
        } catch (Exception | AssertionError e) {
            if (scene != null) {
                scene.close();
                scene = null;
            }
            throw e;
        }
    }
}
