package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.grpc.Attributes;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.SynchronizationContext;

/** Which connections the channel is asked for. A real channel does not show the order of a call and its end. */
class FirstReadyLoadBalancerTest {

    private static final List<EquivalentAddressGroup> ADDRESSES = List.of(address(1), address(2));

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Channel channel = new Channel();
    private final LoadBalancer balancer = balancer();

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    @Test
    void theNextCallAfterALostConnectionAsksForAnother() {
        loseConnection();
        channel.picker.pickSubchannel(null);
        assertEquals(2, channel.connections.size());
    }

    /** The channel throws if it is asked then. */
    @Test
    void aCallThatComesWithTheEndOfTheChannelAsksForNone() {
        loseConnection();
        balancer.shutdown();
        channel.picker.pickSubchannel(null);
        assertEquals(1, channel.connections.size());
    }

    @Test
    void allConnectionsEndWithTheChannel() {
        channel.connections.get(0).changes(ConnectivityState.TRANSIENT_FAILURE);
        balancer.shutdown();
        assertEquals(2, channel.connections.size());
        assertTrue(channel.connections.stream().allMatch(connection -> connection.ended));
    }

    private LoadBalancer balancer() {
        FirstReadyLoadBalancer.register();
        LoadBalancer made = LoadBalancerRegistry.getDefaultRegistry().getProvider(FirstReadyLoadBalancer.POLICY)
                .newLoadBalancer(channel);
        made.acceptResolvedAddresses(ResolvedAddresses.newBuilder().setAddresses(ADDRESSES)
                .setAttributes(Attributes.newBuilder().set(EndpointResolver.PROGRESS,
                        new EndpointResolver.Progress(true, "", Duration.ofHours(1))).build())
                .build());
        return made;
    }

    private void loseConnection() {
        channel.connections.get(0).changes(ConnectivityState.READY);
        channel.connections.get(0).changes(ConnectivityState.IDLE);
    }

    private static EquivalentAddressGroup address(int number) {
        return new EquivalentAddressGroup(new InetSocketAddress("127.0.0." + number, 2379));
    }

    private final class Channel extends Helper {

        final List<Connection> connections = new ArrayList<>();
        final SynchronizationContext context = new SynchronizationContext((thread, failure) -> {
            throw new AssertionError(failure);
        });
        SubchannelPicker picker;

        @Override
        public Subchannel createSubchannel(CreateSubchannelArgs args) {
            Connection connection = new Connection();
            connections.add(connection);
            return connection;
        }

        @Override
        public ManagedChannel createOobChannel(EquivalentAddressGroup address, String authority) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void updateBalancingState(ConnectivityState state, SubchannelPicker next) {
            picker = next;
        }

        @Override
        public void refreshNameResolution() {
            // The addresses stay as they are.
        }

        @Override
        public SynchronizationContext getSynchronizationContext() {
            return context;
        }

        @Override
        public ScheduledExecutorService getScheduledExecutorService() {
            return timer;
        }

        @Override
        public String getAuthority() {
            return "etcd.test";
        }
    }

    private static final class Connection extends Subchannel {

        boolean ended;
        private SubchannelStateListener listener;

        void changes(ConnectivityState state) {
            listener.onSubchannelState(state == ConnectivityState.TRANSIENT_FAILURE
                    ? ConnectivityStateInfo.forTransientFailure(Status.UNAVAILABLE)
                    : ConnectivityStateInfo.forNonError(state));
        }

        @Override
        public void start(SubchannelStateListener changed) {
            listener = changed;
        }

        @Override
        public void shutdown() {
            ended = true;
        }

        @Override
        public void requestConnection() {
            // The test says what becomes of it.
        }

        @Override
        public Attributes getAttributes() {
            return Attributes.EMPTY;
        }
    }
}
