package io.quarkiverse.lively.runtime.etcd;

import com.google.protobuf.ByteString;

/**
 * A key of etcd with what it holds.
 *
 * @param modRevision the revision that last changed it
 * @param lease the lease that it goes away with; 0 if none
 */
public record KeyValue(ByteString key, ByteString value, long modRevision, long lease) {
}
