package io.quarkiverse.lively.runtime;

import io.quarkiverse.lively.test.EtcdProgram;

/** The same with a current etcd, which answers with another code. */
class LearnerNextTest extends LearnerTest {

    @Override
    EtcdProgram program() {
        return EtcdProgram.next();
    }
}
