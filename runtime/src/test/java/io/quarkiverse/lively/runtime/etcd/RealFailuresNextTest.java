package io.quarkiverse.lively.runtime.etcd;

import io.quarkiverse.lively.test.EtcdProgram;

/** The same with a current etcd, which answers some calls with other codes. */
class RealFailuresNextTest extends RealFailuresTest {

    @Override
    EtcdProgram program() {
        return EtcdProgram.next();
    }
}
