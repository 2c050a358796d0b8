package io.quarkiverse.lively.demo.faults;

import org.junit.jupiter.api.Tag;

import io.quarkiverse.lively.test.EtcdProgram;

/** The same, on a current etcd. */
@Tag(Faults.NEXT)
class ApplicationFaultsNextIT extends ApplicationFaultsIT {

    @Override
    EtcdProgram program() {
        return EtcdProgram.next();
    }
}
