package io.quarkiverse.lively.benchmark;

/** One kind of work, measured beside what it is compared with. */
interface Experiment {

    Findings run(Scale scale) throws Exception;
}
