package io.quarkiverse.lively.simulation;

import java.time.Instant;
import java.util.stream.Collectors;

import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.simulation.etcd.Change;
import io.quarkiverse.lively.simulation.etcd.Commit;

/** Says in one line what a commit has changed, for the reader of a trace. */
final class CommitText {

    private static final String BASE = "/services/";
    private static final int SHORT = 8;

    private CommitText() {
    }

    static String of(Commit commit) {
        return "revision " + commit.revision()
                + (commit.lease() == 0 ? "" : " " + commit.cause() + " " + Long.toHexString(commit.lease())) + ": "
                + commit.changes().stream().map(CommitText::of).collect(Collectors.joining("; "));
    }

    private static String of(Change change) {
        String key = change.key().toStringUtf8().replace(BASE, "");
        if (change.after() == null) {
            return "- " + key;
        }
        String lease = change.after().lease() == 0 ? "" : " under " + Long.toHexString(change.after().lease());
        return "+ " + key + value(key, change.after()) + lease;
    }

    private static String value(String key, KeyValue entry) {
        try {
            if (key.startsWith("by-uuid/")) {
                Service service = Service.parseFrom(entry.value());
                return " = " + service.getStatus() + (service.getMaintenanceStart() + service.getMaintenanceEnd() == 0 ? ""
                        : " from " + service.getMaintenanceStart() + " to " + service.getMaintenanceEnd())
                        + (service.getMaintenanceNote().isEmpty() ? "" : " '" + service.getMaintenanceNote() + "'");
            }
            if (key.startsWith("by-owner/")) {
                Claim claim = Claim.parseFrom(entry.value());
                return " = " + shortened(claim.getIncarnation()) + " at " + claim.getAddress();
            }
            if (key.startsWith("by-state/")) {
                State state = State.parseFrom(entry.value());
                return " = " + state.getReason() + " by " + shortened(state.getBy())
                        + (state.hasHold() ? ", " + of(state.getHold()) : "");
            }
            return "";
        } catch (InvalidProtocolBufferException e) {
            return " = (not readable)";
        }
    }

    private static String of(Hold hold) {
        return "held by " + shortened(hold.getBy())
                + (hold.getStart() == 0 ? "" : " from " + Instant.ofEpochMilli(hold.getStart()))
                + (hold.getEnd() == 0 ? "" : " to " + Instant.ofEpochMilli(hold.getEnd()));
    }

    /** An incarnation is a uuid. */
    private static String shortened(String name) {
        return name.length() == 36 ? name.substring(0, SHORT) : name;
    }
}
