package io.quarkiverse.lively.runtime.etcd;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

import io.netty.util.NetUtil;

/**
 * The addresses of host names. A look-up blocks a thread, possibly for minutes if the name server does not answer. Each name is
 * therefore looked up once at a time, whichever client asks: the number of blocked threads is at most the number of names.
 * Thread-safe.
 */
final class HostNames {

    /** Blocks until the addresses of a host name are known, or cannot be. */
    interface LookUp {

        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** Both are this machine, also where its table of hosts has only one of them (RFC 6761). */
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");

    private final LookUp lookUp;
    private final Map<String, CompletableFuture<List<InetAddress>>> underWay = new ConcurrentHashMap<>();

    /** The names that this machine knows. */
    HostNames() {
        this(host -> host.equalsIgnoreCase("localhost") ? loopback() : InetAddress.getAllByName(host));
    }

    HostNames(LookUp lookUp) {
        this.lookUp = lookUp;
    }

    /**
     * All addresses of a name, in the order of the name server. Fails with an {@link UnknownHostException} if there are none.
     *
     * @param host a name or an IP address, which needs no look-up
     * @param executor runs the look-up, which blocks
     */
    CompletableFuture<List<InetAddress>> addresses(String host, Executor executor) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            try {
                return CompletableFuture.completedFuture(List.of(InetAddress.getByName(host)));
            } catch (UnknownHostException e) {
                // The address names a network interface that this machine does not have.
                return CompletableFuture.failedFuture(e);
            }
        }
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        CompletableFuture<List<InetAddress>> present = underWay.putIfAbsent(host, answer);
        if (present != null) {
            return present;
        }
        // The next question is a look-up of its own, also if this one could not begin.
        answer.whenComplete((addresses, failure) -> underWay.remove(host));
        try {
            executor.execute(() -> lookUp(host, answer));
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private void lookUp(String host, CompletableFuture<List<InetAddress>> answer) {
        try {
            answer.complete(List.of(lookUp.addresses(host)));
        } catch (UnknownHostException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    private static InetAddress[] loopback() throws UnknownHostException {
        InetAddress[] addresses = new InetAddress[LOOPBACK.size()];
        for (int i = 0; i < addresses.length; i++) {
            // The host of the address is the name, as after a look-up.
            addresses[i] = InetAddress.getByAddress("localhost", InetAddress.getByName(LOOPBACK.get(i)).getAddress());
        }
        return addresses;
    }
}
