package io.quarkiverse.lively.runtime.store;

/**
 * What tells two states of one history apart: every change of a key makes it the newest, or there are fewer of them.
 *
 * @param keys how many keys there are
 * @param newest the revision that changed the newest of them; 0 if there are none, {@link #UNKNOWN} if it was deleted and what
 *        was next was forgotten
 */
public record Extent(long keys, long newest) {

    /** As far as nothing goes, so that it is never taken for the same. */
    public static final long UNKNOWN = -1;
}
