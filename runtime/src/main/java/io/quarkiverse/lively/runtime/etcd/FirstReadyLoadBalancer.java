package io.quarkiverse.lively.runtime.etcd;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;

/**
 * Uses one connection: the first one that a member has answered. The addresses are tried in their order. The next one is tried
 * as soon as one fails, and beside one that does not answer within a head start: an address that swallows everything must not
 * use up the time for a request. gRPC's own {@code pick_first} tries one address after the other, each for the whole time that
 * a connection may take.
 * <p>
 * One connection, since it fails as a whole and is then replaced. Of several, one that hangs spoils its share of the calls.
 * Runs in the synchronization context of the channel.
 */
final class FirstReadyLoadBalancer extends LoadBalancer {

    static final String POLICY = "lively_first_ready";

    private final Helper helper;
    private final Map<EquivalentAddressGroup, Attempt> attempts = new LinkedHashMap<>();
    private List<EquivalentAddressGroup> addresses = List.of();
    private EndpointResolver.Progress progress;
    private Optional<Attempt> ready = Optional.empty();
    private Optional<ScheduledHandle> headStart = Optional.empty();
    /** Whether the connection was lost, and no call has needed another one yet. */
    private boolean idle;

    private FirstReadyLoadBalancer(Helper helper) {
        this.helper = helper;
    }

    /** Makes the policy known to gRPC, which finds it by its name. */
    static void register() {
        LoadBalancerRegistry registry = LoadBalancerRegistry.getDefaultRegistry();
        if (registry.getProvider(POLICY) == null) {
            registry.register(new Provider());
        }
    }

    /** A connection that works is kept, also if its address is not among those that the name has now. */
    @Override
    public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
        addresses = resolved.getAddresses();
        progress = resolved.getAttributes().get(EndpointResolver.PROGRESS);
        if (ready.isEmpty() && !idle) {
            attempts.entrySet().removeIf(attempt -> {
                boolean gone = !addresses.contains(attempt.getKey());
                if (gone) {
                    attempt.getValue().connection.shutdown();
                }
                return gone;
            });
            if (headStart.isEmpty()) {
                tryNext();
            } else {
                update();
            }
        }
        return Status.OK;
    }

    @Override
    public void handleNameResolutionError(Status error) {
        if (addresses.isEmpty()) {
            helper.updateBalancingState(ConnectivityState.TRANSIENT_FAILURE,
                    new FixedResultPicker(PickResult.withError(error)));
        }
    }

    @Override
    public void requestConnection() {
        if (idle) {
            idle = false;
            tryNext();
        }
    }

    @Override
    public void shutdown() {
        endHeadStart();
        // A call that is waiting may still ask for a connection, which the channel would not make any more.
        idle = false;
        attempts.values().forEach(attempt -> attempt.connection.shutdown());
        attempts.clear();
    }

    private void tryNext() {
        endHeadStart();
        addresses.stream().filter(address -> !attempts.containsKey(address)).findFirst().ifPresent(address -> {
            Attempt attempt = new Attempt(address);
            attempts.put(address, attempt);
            attempt.start();
            headStart = Optional.of(helper.getSynchronizationContext().schedule(this::tryNext,
                    progress.headStart().toNanos(), TimeUnit.NANOSECONDS, helper.getScheduledExecutorService()));
        });
        update();
    }

    private void endHeadStart() {
        headStart.ifPresent(ScheduledHandle::cancel);
        headStart = Optional.empty();
    }

    private void connected(Attempt first) {
        endHeadStart();
        ready = Optional.of(first);
        attempts.values().stream().filter(attempt -> attempt != first).forEach(attempt -> attempt.connection.shutdown());
        attempts.values().removeIf(attempt -> attempt != first);
        update();
    }

    private void disconnected(Attempt former) {
        former.connection.shutdown();
        attempts.clear();
        ready = Optional.empty();
        idle = true;
        helper.refreshNameResolution();
        helper.updateBalancingState(ConnectivityState.IDLE, new SubchannelPicker() {
            @Override
            public PickResult pickSubchannel(PickSubchannelArgs call) {
                helper.getSynchronizationContext().execute(FirstReadyLoadBalancer.this::requestConnection);
                return PickResult.withNoResult();
            }
        });
    }

    private void update() {
        if (ready.isPresent()) {
            helper.updateBalancingState(ConnectivityState.READY,
                    new FixedResultPicker(PickResult.withSubchannel(ready.get().connection)));
        } else if (haveAllFailed()) {
            helper.updateBalancingState(ConnectivityState.TRANSIENT_FAILURE,
                    new FixedResultPicker(PickResult.withError(failure())));
        } else {
            helper.updateBalancingState(ConnectivityState.CONNECTING, new FixedResultPicker(PickResult.withNoResult()));
        }
    }

    private boolean haveAllFailed() {
        return progress.complete() && attempts.keySet().containsAll(new HashSet<>(addresses))
                && attempts.values().stream().allMatch(attempt -> attempt.failure.isPresent());
    }

    /** Of the address that is first in turn, and what is known of those that are none. */
    private Status failure() {
        Status first = attempts.get(addresses.get(0)).failure.orElseThrow();
        return progress.unresolved().isEmpty() ? first
                : first.withDescription(first.getDescription() + "; " + progress.unresolved());
    }

    /** To connect to one address. After a failure gRPC repeats it by itself, ever more rarely. */
    private final class Attempt {

        private final Subchannel connection;
        /** Of the last time, also while it is repeated. */
        private Optional<Status> failure = Optional.empty();

        Attempt(EquivalentAddressGroup address) {
            connection = helper.createSubchannel(CreateSubchannelArgs.newBuilder().setAddresses(address).build());
        }

        void start() {
            connection.start(this::changed);
            connection.requestConnection();
        }

        private void changed(ConnectivityStateInfo state) {
            if (!attempts.containsValue(this)) {
                return;
            }
            if (state.getState() == ConnectivityState.READY) {
                connected(this);
            } else if (ready.isPresent()) {
                disconnected(this);
            } else if (state.getState() == ConnectivityState.TRANSIENT_FAILURE) {
                failure = Optional.of(state.getStatus());
                tryNext();
                if (haveAllFailed()) {
                    helper.refreshNameResolution();
                }
            } else if (state.getState() == ConnectivityState.IDLE) {
                connection.requestConnection();
            }
        }
    }

    private static final class Provider extends LoadBalancerProvider {

        @Override
        public boolean isAvailable() {
            return true;
        }

        @Override
        public int getPriority() {
            return 5;
        }

        @Override
        public String getPolicyName() {
            return POLICY;
        }

        @Override
        public LoadBalancer newLoadBalancer(Helper helper) {
            return new FirstReadyLoadBalancer(helper);
        }
    }
}
