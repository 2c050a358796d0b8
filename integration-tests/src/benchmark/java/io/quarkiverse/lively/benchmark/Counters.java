package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.LongAdder;

import com.sun.management.ThreadMXBean;

import io.quarkiverse.lively.benchmark.Counts.Count;

/**
 * Counts what a round costs apart from time: in this process, by the JVM and by Linux, and in etcd, by the counters of etcd. A
 * thread that ends within the round takes its allocations and switches with it.
 */
final class Counters implements Meter.Counting {

    /** For the work that goes on once the calls are over, on other threads. */
    private static final long SETTLE_MILLIS = 200;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Optional<EtcdCounters> etcd;
    private final LongAdder handOvers;
    private final Perf perf;
    private Counts counts = Counts.NONE;

    /**
     * @param etcd empty if the work does not use etcd
     * @param handOvers of tasks of Lively to another thread
     */
    Counters(Optional<EtcdCounters> etcd, LongAdder handOvers, Perf perf) {
        this.etcd = etcd;
        this.handOvers = handOvers;
        this.perf = perf;
    }

    @Override
    public double[] timed(int calls, Timed call) throws Exception {
        return counted(calls, () -> Meter.CLOCK.timed(calls, call));
    }

    @Override
    public double[] batch(int calls, Batch batch) throws Exception {
        return counted(calls, () -> Meter.CLOCK.batch(calls, batch));
    }

    @Override
    public Counts counts() {
        return counts;
    }

    private interface Work {

        double[] run() throws Exception;
    }

    private double[] counted(int calls, Work work) throws Exception {
        Optional<EtcdCounters.Reading> etcdBefore = read();
        Optional<Perf.Counting> counting = perf.isAvailable() ? Optional.of(perf.attach()) : Optional.empty();
        Map<String, Threads.Usage> threadsBefore = Threads.of(ProcessHandle.current().pid());
        long handOversBefore = handOvers.sum();
        Map<Long, Long> bytesBefore = bytes();
        double[] nanos = work.run();
        Thread.sleep(etcd.isPresent() ? SETTLE_MILLIS : 0);
        Map<Long, Long> bytesAfter = bytes();
        long handOversAfter = handOvers.sum();
        Map<String, Threads.Usage> threadsAfter = Threads.of(ProcessHandle.current().pid());
        Map<Count, Double> aCall = new EnumMap<>(Count.class);
        OptionalDouble instructions = counting.isPresent() ? counting.get().stop() : OptionalDouble.empty();
        Optional<EtcdCounters.Reading> etcdAfter = read();
        instructions.ifPresent(number -> aCall.put(Count.INSTRUCTIONS, number / calls));
        Threads.Usage used = Threads.between(threadsBefore, threadsAfter);
        aCall.put(Count.BYTES, allocated(bytesBefore, bytesAfter) / (double) calls);
        aCall.put(Count.CPU, used.cpuNanos() / 1e3 / calls);
        aCall.put(Count.HAND_OVERS, (handOversAfter - handOversBefore) / (double) calls);
        aCall.put(Count.SWITCHES, used.switches() / (double) calls);
        if (etcdBefore.isPresent() && etcdAfter.isPresent()) {
            EtcdCounters.Reading before = etcdBefore.get();
            EtcdCounters.Reading after = etcdAfter.get();
            aCall.put(Count.ROUND_TRIPS, (after.roundTrips() - before.roundTrips()) / (double) calls);
            aCall.put(Count.MESSAGES, (after.messages() - before.messages()) / (double) calls);
            aCall.put(Count.TRANSACTIONS, (after.transactions() - before.transactions()) / (double) calls);
            aCall.put(Count.PROPOSALS, (after.proposals() - before.proposals()) / (double) calls);
        }
        counts = new Counts(aCall);
        return nanos;
    }

    private Optional<EtcdCounters.Reading> read() throws IOException, InterruptedException {
        return etcd.isPresent() ? Optional.of(etcd.get().read()) : Optional.empty();
    }

    private static Map<Long, Long> bytes() {
        long[] threads = THREADS.getAllThreadIds();
        long[] allocated = THREADS.getThreadAllocatedBytes(threads);
        Map<Long, Long> bytes = new HashMap<>();
        for (int i = 0; i < threads.length; i++) {
            bytes.put(threads[i], Math.max(0, allocated[i]));
        }
        return bytes;
    }

    /** By the threads that are still there. */
    private static long allocated(Map<Long, Long> before, Map<Long, Long> after) {
        return after.entrySet().stream().mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L)).sum();
    }
}
