package io.quarkiverse.lively.benchmark;

/** One kind of work, measured beside what it is compared with. */
interface Experiment {

    Findings run(Run run) throws Exception;
}
