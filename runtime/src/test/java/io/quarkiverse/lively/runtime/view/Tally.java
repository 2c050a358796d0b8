package io.quarkiverse.lively.runtime.view;

import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivelyException;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.etcd.EtcdException;

/** How often what was done, and how often somebody else was faster. */
final class Tally {

    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    void count(String what) {
        counts.computeIfAbsent(what, first -> new LongAdder()).increment();
    }

    /** Does that, and counts it or why it could not be. Any failure but a lost race is thrown. */
    void attempt(String what, Runnable act) {
        try {
            act.run();
            count(what);
        } catch (CompletionException e) {
            count(what + " - " + loss(e.getCause(), e));
        } catch (LivelyException e) {
            count(what + " - " + loss(e, e));
        }
    }

    private static String loss(Throwable cause, RuntimeException failure) {
        boolean isLoss = cause instanceof StaleRecordException || cause instanceof UnknownServiceException
                || cause instanceof ServiceConflictException
                // An owner came, or another one, since the service was read.
                || cause instanceof InvalidServiceException && (cause.getMessage().contains("as long as the process lives")
                        || cause.getMessage().contains("ead the service again")
                        || cause.getMessage().contains("is kept DOWN already"))
                || cause instanceof EtcdException && cause.getMessage().contains("times while it was to be written");
        if (!isLoss) {
            throw failure;
        }
        return cause instanceof EtcdException ? "given up" : cause.getClass().getSimpleName().replace("Exception", "");
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
