package io.quarkiverse.lively.deployment.etcd;

import java.util.List;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchCreateRequest.FilterType;

/** What somebody wants to see of the changes. */
final class Watch {

    private final WatchCreateRequest request;
    private final Store store;
    private final KeyRange range;
    private long next;
    private boolean quiet;

    Watch(WatchCreateRequest request, Store store) {
        this.request = request;
        this.store = store;
        ByteString key = request.getKey();
        this.range = new KeyRange(key.isEmpty() ? KeyRange.ZERO : key, request.getRangeEnd());
        this.next = request.getStartRevision() == 0 ? store.revision() + 1 : request.getStartRevision();
    }

    boolean isEmpty() {
        return range.isEmpty();
    }

    /** The first revision of which something is yet to be seen. */
    long next() {
        return next;
    }

    /** What is to be seen of the events of that revision, after which the next one is to be seen. */
    List<Event> see(long revision, List<Event> events) {
        next = revision + 1;
        List<Event> seen = events.stream().filter(this::isSeen).map(this::withPrevious).toList();
        quiet &= seen.isEmpty();
        return seen;
    }

    /** Whether progress is wanted, and nothing was seen since this was last asked. */
    boolean owesProgress() {
        boolean wasQuiet = quiet;
        quiet = true;
        return wasQuiet && request.getProgressNotify();
    }

    private boolean isSeen(Event event) {
        FilterType unwanted = event.getType() == Event.EventType.PUT ? FilterType.NOPUT : FilterType.NODELETE;
        return range.contains(event.getKv().getKey())
                && !request.getFiltersList().contains(unwanted);
    }

    private Event withPrevious(Event event) {
        KeyValue entry = event.getKv();
        return request.getPrevKv() ? store.find(entry.getKey(), entry.getModRevision() - 1)
                .map(before -> event.toBuilder().setPrevKv(before).build()).orElse(event) : event;
    }
}
