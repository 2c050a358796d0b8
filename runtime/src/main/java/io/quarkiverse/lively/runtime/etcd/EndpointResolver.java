package io.quarkiverse.lively.runtime.etcd;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;

/**
 * Resolves the endpoints of etcd for gRPC: all addresses of all names, in the order of the endpoints. All names are looked up
 * at the same time, and again whenever gRPC loses a connection. Addresses are published when they come, but until a head start
 * is over only those before the first name that is still looked up: that name must not lose its turn because an IP address
 * needs no look-up.
 * <p>
 * Runs in the synchronization context of the channel, apart from the look-ups and {@link Provider#memberAt}.
 */
final class EndpointResolver extends NameResolver {

    /** Comes with the addresses, for {@link FirstReadyLoadBalancer}. */
    static final Attributes.Key<Progress> PROGRESS = Attributes.Key.create("io.quarkiverse.lively.progress");

    /** As advised for connections to several addresses (RFC 8305). */
    private static final Duration LONGEST_HEAD_START = Duration.ofMillis(250);

    /**
     * How far the look-ups are.
     *
     * @param complete whether no further addresses are waited for
     * @param unresolved which names have no addresses, and why; empty if all have
     * @param headStart how long the connection to an address may take before the next address is tried beside it
     */
    record Progress(boolean complete, String unresolved, Duration headStart) {
    }

    /** A member of etcd: the endpoint that was configured, and one address of it. */
    record Member(URI endpoint, SocketAddress address) {
    }

    private final List<URI> endpoints;
    private final HostNames names;
    private final Optional<Member> last;
    private final Args args;
    private final Duration requestTimeout;
    private final Map<SocketAddress, URI> members;
    private Listener2 listener;
    private Round round;

    private EndpointResolver(Provider provider, Args args) {
        this.endpoints = provider.endpoints;
        this.names = provider.names;
        this.last = provider.last;
        this.members = provider.members;
        this.requestTimeout = provider.requestTimeout;
        this.args = args;
    }

    @Override
    public String getServiceAuthority() {
        return authority(endpoints.get(0));
    }

    @Override
    public void start(Listener2 addresses) {
        listener = addresses;
        refresh();
    }

    @Override
    public void refresh() {
        if (listener != null && (round == null || round.complete)) {
            round = new Round();
            round.start();
        }
    }

    @Override
    public void shutdown() {
        listener = null;
    }

    /** So short that most of the time for a request is left for the last of so many addresses. */
    private Duration headStart(int addresses) {
        Duration share = requestTimeout.dividedBy(4L * addresses);
        return share.compareTo(LONGEST_HEAD_START) < 0 ? share : LONGEST_HEAD_START;
    }

    private static String host(URI endpoint) {
        String authority = endpoint.getRawAuthority();
        return authority.substring(0, authority.lastIndexOf(':')).replaceFirst("^\\[(.*)]$", "$1");
    }

    private static int port(URI endpoint) {
        String authority = endpoint.getRawAuthority();
        return Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1));
    }

    /** The name of the member, which its certificate has to have. Java knows no port beside a host name with an underscore. */
    private static String authority(URI endpoint) {
        return endpoint.getHost() == null ? host(endpoint) : endpoint.getRawAuthority();
    }

    /**
     * Makes the resolver of one client: another one each time that its channel was idle. gRPC finds it by the scheme of the
     * target, in a registry of the JVM, while it makes a channel. jetcd offers no other way.
     */
    static final class Provider extends NameResolverProvider {

        private final String scheme = "lively-" + UUID.randomUUID();
        private final List<URI> endpoints;
        private final Duration requestTimeout;
        private final HostNames names;
        private final Optional<Member> last;
        private final Map<SocketAddress, URI> members = new ConcurrentHashMap<>();

        /** @param last the member whose address is tried after all others; empty if the order is that of the endpoints */
        Provider(EtcdSettings settings, HostNames names, Optional<Member> last) {
            this.endpoints = last.map(member -> settings.endingWith(member.endpoint())).orElse(settings).endpoints();
            this.requestTimeout = settings.requestTimeout();
            this.names = names;
            this.last = last;
        }

        /** The target of the channel. */
        String target() {
            return scheme + ":///";
        }

        /** The member that has this address, once it was resolved. Thread-safe. */
        Optional<Member> memberAt(SocketAddress address) {
            return Optional.ofNullable(members.get(address)).map(endpoint -> new Member(endpoint, address));
        }

        /** Makes a channel, or what has one. */
        <T> T whileRegistered(Supplier<T> channel) {
            NameResolverRegistry registry = NameResolverRegistry.getDefaultRegistry();
            registry.register(this);
            try {
                return channel.get();
            } finally {
                registry.deregister(this);
            }
        }

        @Override
        public NameResolver newNameResolver(URI target, Args args) {
            return target.getScheme().equals(scheme) ? new EndpointResolver(this, args) : null;
        }

        @Override
        public String getDefaultScheme() {
            return scheme;
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 0;
        }
    }

    /** One look-up of all names. */
    private final class Round {

        private final Map<String, List<InetAddress>> found = new HashMap<>();
        private final Map<String, String> failed = new LinkedHashMap<>();
        private final long hosts = endpoints.stream().map(EndpointResolver::host).distinct().count();
        private boolean headStartIsOver;
        private boolean complete;

        void start() {
            endpoints.stream().map(EndpointResolver::host).distinct().forEach(host -> names
                    .addresses(host, args.getOffloadExecutor()).whenComplete((addresses, failure) -> args
                            .getSynchronizationContext().execute(() -> answered(host, addresses, failure))));
            after(headStart(endpoints.size()), () -> headStartIsOver = true);
            after(requestTimeout.dividedBy(2), () -> complete = true);
        }

        private void after(Duration delay, Runnable step) {
            args.getSynchronizationContext().schedule(() -> {
                if (!complete) {
                    step.run();
                    publish();
                }
            }, delay.toNanos(), TimeUnit.NANOSECONDS, args.getScheduledExecutorService());
        }

        private void answered(String host, List<InetAddress> addresses, Throwable failure) {
            if (failure == null) {
                found.put(host, addresses);
            } else {
                failed.put(host, "the host name " + host + " cannot be resolved: check the name, and the name server of this"
                        + " machine");
            }
            complete |= found.size() + failed.size() == hosts;
            publish();
        }

        private void publish() {
            if (listener == null || round != this) {
                return;
            }
            List<EquivalentAddressGroup> addresses = endpoints.stream().takeWhile(this::hasItsTurn).flatMap(this::addresses)
                    .distinct().sorted(Comparator.comparing(this::isLast)).toList();
            if (!addresses.isEmpty()) {
                listener.onResult(ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(addresses))
                        .setAttributes(Attributes.newBuilder()
                                .set(PROGRESS, new Progress(complete, unresolved(), headStart(addresses.size()))).build())
                        .build());
            } else if (complete) {
                listener.onError(Status.UNAVAILABLE.withDescription(unresolved()));
            }
        }

        private boolean hasItsTurn(URI endpoint) {
            return headStartIsOver || complete || found.containsKey(host(endpoint)) || failed.containsKey(host(endpoint));
        }

        /** One name may have the addresses of several members. */
        private boolean isLast(EquivalentAddressGroup address) {
            return last.filter(member -> address.getAddresses().contains(member.address())).isPresent();
        }

        private Stream<EquivalentAddressGroup> addresses(URI endpoint) {
            return found.getOrDefault(host(endpoint), List.of()).stream().map(address -> {
                InetSocketAddress socket = new InetSocketAddress(address, port(endpoint));
                members.put(socket, endpoint);
                return new EquivalentAddressGroup(socket, Attributes.newBuilder()
                        .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, authority(endpoint)).build());
            });
        }

        private String unresolved() {
            return endpoints.stream().map(EndpointResolver::host).distinct().filter(host -> !found.containsKey(host))
                    .map(host -> failed.getOrDefault(host, "the name server of this machine does not answer for " + host))
                    .collect(Collectors.joining("; "));
        }
    }
}
