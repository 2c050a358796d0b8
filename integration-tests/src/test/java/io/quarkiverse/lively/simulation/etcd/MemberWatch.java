package io.quarkiverse.lively.simulation.etcd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import com.google.protobuf.ByteString;

import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.simulation.Scheduler;

/** One watch at a member, on a stream of its own. The member sends in order. */
final class MemberWatch implements ServerWatch {

    private final EtcdMember member;
    private final MemberConnection connection;
    private final KeyRange range;
    private final long from;
    private final boolean progress;
    private final Listener listener;
    private final Queue<Runnable> unsent = new ArrayDeque<>();
    private boolean isSending;
    private boolean over;
    /** Whether it takes part in the commits as the member applies them; else it catches up. */
    private boolean synced;
    /** The first revision that is not in a response. */
    private long next;
    private boolean sentSinceProgress;
    private Scheduler.Timer progressTimer;

    MemberWatch(EtcdMember member, MemberConnection connection, Range range, long from, boolean progress, Listener listener) {
        this.member = member;
        this.connection = connection;
        this.range = new KeyRange(range.from(), range.to());
        this.from = from;
        this.progress = progress;
        this.listener = listener;
    }

    MemberConnection connection() {
        return connection;
    }

    KeyRange range() {
        return range;
    }

    boolean isSynced() {
        return synced;
    }

    /** The member has received the request. */
    void open() {
        if (over) {
            return;
        }
        long applied = member.appliedRevision();
        next = from <= 0 ? applied + 1 : from;
        synced = next > applied;
        send(() -> listener.created(applied));
        member.add(this);
        scheduleProgress();
    }

    /** The member has applied a revision. */
    void applied(long revision, List<Watch.Event> events) {
        if (!synced || revision < next) {
            return;
        }
        List<Watch.Event> mine = mine(events);
        next = revision + 1;
        if (!mine.isEmpty()) {
            respond(revision, mine);
        }
    }

    /** Sends the next batch of what came before. */
    void catchUp(Store store, long applied, long compacted) {
        if (next < compacted) {
            end(Refusal.compactedUpTo(compacted));
            return;
        }
        List<Watch.Event> batch = new ArrayList<>();
        int revisions = 0;
        long revision = Math.max(next, Store.FIRST_REVISION + 1);
        for (; revision <= applied && revisions < member.revisionsAResponse(); revision++) {
            List<Watch.Event> mine = mine(store.revision(revision).events());
            if (revision == compacted && member.version() == Version.V3_4) {
                // The compaction has removed the deletions of its own revision.
                mine = mine.stream().filter(event -> !event.deleted()).toList();
            }
            if (!mine.isEmpty()) {
                batch.addAll(mine);
                revisions++;
            }
        }
        next = Math.max(next, revision);
        synced = next > applied;
        if (!batch.isEmpty()) {
            respond(applied, batch);
        }
    }

    /** The member ends the stream, or the watch alone. */
    void end(StatusRuntimeException status) {
        member.trace(() -> "ends a watch of " + connection.who() + ": " + status.getMessage());
        synced = false;
        member.remove(this);
        send(() -> {
            stop();
            listener.ended(status);
        });
    }

    @Override
    public void cancel() {
        if (!over) {
            stop();
            member.remove(this);
        }
    }

    /** Nothing is sent any more. */
    void stop() {
        over = true;
        unsent.clear();
        if (progressTimer != null) {
            progressTimer.cancel();
        }
    }

    private List<Watch.Event> mine(List<Watch.Event> events) {
        int count = 0;
        for (Watch.Event event : events) {
            if (range.contains(event.entry().key())) {
                count++;
            }
        }
        if (count == 0 || count == events.size()) {
            return count == 0 ? List.of() : events;
        }
        List<Watch.Event> mine = new ArrayList<>(count);
        for (Watch.Event event : events) {
            ByteString key = event.entry().key();
            if (range.contains(key)) {
                mine.add(event);
            }
        }
        return mine;
    }

    private void respond(long revision, List<Watch.Event> events) {
        Watch.Response response = new Watch.Response(revision, events);
        sentSinceProgress = true;
        send(() -> listener.responded(response));
    }

    private void send(Runnable message) {
        unsent.add(message);
        if (!isSending) {
            isSending = true;
            member.after(member.processing() + member.watchDelay(), connection, this::flush);
        }
    }

    /** Sends at once what waits to be sent. */
    void hurry() {
        if (isSending) {
            member.after(member.processing(), connection, this::flush);
        }
    }

    private void flush() {
        isSending = false;
        while (!over && !unsent.isEmpty()) {
            unsent.poll().run();
        }
    }

    /** As in etcd, only if nothing else was sent. In 3.4 one is sent also while events of the past are still to come. */
    private void scheduleProgress() {
        if (progress && !over) {
            progressTimer = member.after(member.progressInterval(), connection, () -> {
                if (synced && !sentSinceProgress || !synced && member.version() == Version.V3_4) {
                    Watch.Response response = new Watch.Response(member.appliedRevision(), List.of());
                    send(() -> listener.responded(response));
                }
                sentSinceProgress = false;
                scheduleProgress();
            });
        }
    }
}
