package io.quarkiverse.lively;

/** Something that listens to events until it is closed. */
public interface Subscription extends AutoCloseable {

    /**
     * No event is delivered any more, but for one that is being delivered. Never blocks. May be called again, to no effect.
     */
    @Override
    void close();
}
