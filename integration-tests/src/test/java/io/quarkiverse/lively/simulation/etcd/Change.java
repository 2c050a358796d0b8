package io.quarkiverse.lively.simulation.etcd;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.KeyValue;

/**
 * A change of one key.
 *
 * @param before the entry before the change; null if there was none
 * @param after the entry since the change; null if the key was deleted
 */
public record Change(ByteString key, KeyValue before, KeyValue after) {
}
