package io.quarkiverse.lively.deployment.etcd;

import io.etcd.jetcd.api.ResponseHeader;

/** The headers of answers: of a cluster with one member, which is its leader. */
final class Headers {

    static final long CLUSTER = 0x6c6976656c79L;
    static final long MEMBER = 1;
    static final long TERM = 1;

    private Headers() {
    }

    static ResponseHeader at(long revision) {
        return ResponseHeader.newBuilder().setClusterId(CLUSTER).setMemberId(MEMBER).setRaftTerm(TERM).setRevision(revision)
                .build();
    }
}
