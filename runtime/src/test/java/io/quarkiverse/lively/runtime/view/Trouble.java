package io.quarkiverse.lively.runtime.view;

import java.util.List;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.RegistryContents;

/** Cuts connections and compacts etcd at random, and looks whether the keys agree with each other meanwhile. */
final class Trouble {

    private final Etcd etcd;
    private final EtcdServer server;
    private final List<CutProxy> proxies;
    private final Dice dice;
    private long compacted = 1;

    Trouble(Etcd etcd, EtcdServer server, List<CutProxy> proxies, Dice dice) {
        this.etcd = etcd;
        this.server = server;
        this.proxies = proxies;
        this.dice = dice;
    }

    void make() {
        CutProxy proxy = proxies.get(dice.below(proxies.size()));
        switch (dice.below(5)) {
            case 0, 1 -> proxy.cut();
            case 2 -> proxy.refuse();
            case 3 -> proxies.forEach(CutProxy::acceptAgain);
            default -> compact();
        }
        dice.pause(150);
        RegistryContents.read(etcd).assertConsistent();
        dice.pause(150);
    }

    private void compact() {
        long revision = etcd.commit(Transaction.read(List.of(ByteString.copyFromUtf8("/")))).join().revision();
        long upTo = revision - dice.below(20);
        // etcd refuses what is compacted already.
        if (upTo > compacted) {
            compacted = upTo;
            server.keys().compact(upTo);
        }
    }
}
