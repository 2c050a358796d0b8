package io.quarkiverse.lively.simulation.etcd;

import java.util.List;

import com.google.protobuf.ByteString;

/**
 * A lease, with true times in nanoseconds since the start of the run.
 *
 * @param ttlSeconds as granted
 * @param renewed the last renewal at the leader, or the grant
 * @param expires when it runs out, if a leader is there then and nothing changes before; it ends up to 0.5 s later
 * @param keys by key
 */
public record LeaseState(long id, long ttlSeconds, long renewed, long expires, List<ByteString> keys) {
}
