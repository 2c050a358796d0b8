package io.quarkiverse.lively.runtime;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;

import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.LaunchMode;

/**
 * A run of the packaged application that records its classes for a class-data archive or an AOT cache. It may have the
 * configuration of production and be on a machine of CI.
 */
final class TrainingRun {

    /** Options of the JVM that record. An archive that the JVM updates by itself in production is not among them. */
    private static final List<String> RECORDING = List.of("-XX:AOTMode=record", "-XX:AOTCacheOutput=",
            "-XX:ArchiveClassesAtExit=", "-XX:DumpLoadedClassList=");

    private TrainingRun() {
    }

    /**
     * The option that makes this JVM record, and keeps the application from being registered. Empty if it does not record, or
     * if the configuration allows a registration all the same. Always empty in dev mode and in a test's JVM.
     */
    static Optional<String> of(LivelyConfig config, LaunchMode mode) {
        if (config.registration().inTraining() || mode != LaunchMode.NORMAL || ImageMode.current().isNativeImage()) {
            return Optional.empty();
        }
        if (ApplicationLifecycleManager.isAppCDSGeneration()) {
            return Optional.of("-D" + ApplicationLifecycleManager.QUARKUS_APPCDS_GENERATE_PROP);
        }
        return recording(ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    /** The first option that records, without a path in it. */
    static Optional<String> recording(List<String> jvmOptions) {
        return RECORDING.stream().filter(option -> jvmOptions.stream().anyMatch(given -> given.startsWith(option))).findFirst()
                .map(option -> option.endsWith("=") ? option.substring(0, option.length() - 1) : option);
    }
}
