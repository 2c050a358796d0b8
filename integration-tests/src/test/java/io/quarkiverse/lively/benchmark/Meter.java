package io.quarkiverse.lively.benchmark;

/** Measures one round of one side. What a side does outside the calls of its meter, is not measured. */
interface Meter {

    /** A call to be timed. */
    interface Act {

        void run(int number) throws Exception;
    }

    /** A call that takes its own time, in nanoseconds. */
    interface Timed {

        double run(int number) throws Exception;
    }

    /** Calls that are timed together, as the single ones are too short or overlap. */
    interface Batch {

        void run() throws Exception;
    }

    /** So many calls, one after the other; nanoseconds of each. */
    double[] timed(int calls, Timed call) throws Exception;

    /** Nanoseconds a call of so many calls. */
    double[] batch(int calls, Batch batch) throws Exception;

    /** So many calls, one after the other; nanoseconds of each. */
    default double[] each(int calls, Act act) throws Exception {
        return timed(calls, number -> {
            long start = System.nanoTime();
            act.run(number);
            return System.nanoTime() - start;
        });
    }

    /** Takes the time only. */
    Meter CLOCK = new Meter() {
        @Override
        public double[] timed(int calls, Timed call) throws Exception {
            double[] nanos = new double[calls];
            for (int i = 0; i < calls; i++) {
                nanos[i] = call.run(i);
            }
            return nanos;
        }

        @Override
        public double[] batch(int calls, Batch batch) throws Exception {
            long start = System.nanoTime();
            batch.run();
            return new double[] { (System.nanoTime() - start) / (double) calls };
        }
    };

    /** Takes the counts, too. */
    interface Counting extends Meter {

        /** Of one call of the last round. */
        Counts counts();
    }
}
