package io.quarkiverse.lively.runtime.etcd;

import java.net.SocketAddress;
import java.util.function.IntFunction;

/**
 * Makes the clients that follow each other. Each begins with the next member, but never with the one that answered last: a
 * client may have passed over its first members because they were down, so that the next one in turn is the one it came to.
 */
final class MembersInTurn implements IntFunction<Etcd> {

    private final EtcdSettings settings;
    private final int first;
    private volatile SocketAddress answeredLast;

    /** @param first the member that the first client begins with */
    MembersInTurn(EtcdSettings settings, int first) {
        this.settings = settings;
        this.first = first;
    }

    /** May ask for the addresses of members, and so take its time. */
    @Override
    public Etcd apply(int generation) {
        EtcdSettings inTurn = settings.startingWith(first + generation);
        SocketAddress left = answeredLast;
        return new EtcdClient(left == null ? inTurn : inTurn.endingWith(left), address -> answeredLast = address);
    }
}
