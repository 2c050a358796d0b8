package io.quarkiverse.lively.runtime.etcd;

import java.net.URI;
import java.util.function.IntFunction;

/**
 * Makes the clients that follow each other. Each begins with the next member, but never with the one that answered last: a
 * client may have passed over its first members because they were down, so that the next one in turn is the one it came to.
 */
final class MembersInTurn implements IntFunction<Etcd> {

    private final EtcdSettings settings;
    private final int first;
    private final HostNames names;
    private volatile URI answeredLast;

    /**
     * @param first the member that the first client begins with
     * @param names looks up the hosts of the members
     */
    MembersInTurn(EtcdSettings settings, int first, HostNames names) {
        this.settings = settings;
        this.first = first;
        this.names = names;
    }

    @Override
    public Etcd apply(int generation) {
        EtcdSettings inTurn = settings.startingWith(first + generation);
        URI left = answeredLast;
        return new EtcdClient(left == null ? inTurn : inTurn.endingWith(left), names, member -> answeredLast = member);
    }
}
