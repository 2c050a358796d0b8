package io.quarkiverse.lively.runtime.etcd;

import java.util.Optional;
import java.util.function.IntFunction;

import io.quarkiverse.lively.runtime.etcd.EndpointResolver.Member;

/**
 * Makes the clients that follow each other. Each begins with the next member, but never with the one that answered last: a
 * client may have passed over its first members because they were down, so that the next one in turn is the one it came to.
 * One endpoint may be the name of several members: the address that answered last is the last one, too.
 */
final class MembersInTurn implements IntFunction<Etcd> {

    private final EtcdSettings settings;
    private final int first;
    private final HostNames names;
    private volatile Optional<Member> answeredLast = Optional.empty();

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
        return new EtcdClient(settings.startingWith(first + generation), names, answeredLast,
                member -> answeredLast = Optional.of(member));
    }
}
