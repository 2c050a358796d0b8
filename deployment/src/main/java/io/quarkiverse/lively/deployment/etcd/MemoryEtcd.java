package io.quarkiverse.lively.deployment.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * An etcd in this JVM, for development and tests: it keeps its data in memory, all of them until they are compacted. It speaks
 * etcd's API v3 on 127.0.0.1, without TLS, users, and other members, and answers
 * UNIMPLEMENTED to what it does not know. Everything happens on its one thread.
 */
public final class MemoryEtcd implements AutoCloseable {

    private static final byte[] LOOPBACK = { 127, 0, 0, 1 };
    /** As etcd. */
    private static final int MAX_REQUEST_BYTES = 2 << 20;
    private static final long MIN_PING_SECONDS = 5;
    private static final long LEASE_TICK_MILLIS = 500;
    private static final long PROGRESS_MINUTES = 10;
    private static final long END_SECONDS = 5;

    private final NioEventLoopGroup thread;
    private final Server server;

    private MemoryEtcd(NioEventLoopGroup thread, Server server) {
        this.thread = thread;
        this.server = server;
    }

    /**
     * One that answers.
     *
     * @param port 0 for a free one
     * @throws IOException if the port is taken
     */
    public static MemoryEtcd started(int port) throws IOException {
        NioEventLoopGroup thread = new NioEventLoopGroup(1, new DefaultThreadFactory("embedded-etcd", true));
        try {
            return started(port, thread);
        } catch (IOException | RuntimeException | LinkageError e) {
            end(thread);
            throw e;
        }
    }

    private static MemoryEtcd started(int port, NioEventLoopGroup thread) throws IOException {
        Watches watches = new Watches();
        Store store = new Store(watches::tell);
        Leases leases = new Leases(store, System::nanoTime);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port))
                .channelType(NioServerSocketChannel.class).bossEventLoopGroup(thread).workerEventLoopGroup(thread)
                .directExecutor()
                .maxInboundMessageSize(MAX_REQUEST_BYTES)
                .permitKeepAliveTime(MIN_PING_SECONDS, TimeUnit.SECONDS)
                .addService(new KeyValueService(store, leases))
                .addService(new LeaseListing(store, leases).addedTo(new LeaseService(store, leases).bindService()))
                .addService(new WatchService(store, watches))
                .addService(new MaintenanceService(store))
                .build()
                .start();
        thread.scheduleWithFixedDelay(leases::revokeExpired, LEASE_TICK_MILLIS, LEASE_TICK_MILLIS, TimeUnit.MILLISECONDS);
        thread.scheduleWithFixedDelay(watches::tellProgress, PROGRESS_MINUTES, PROGRESS_MINUTES, TimeUnit.MINUTES);
        return new MemoryEtcd(thread, server);
    }

    public int port() {
        return server.getPort();
    }

    /** Ends all calls and waits, for a few seconds at most, until the port is free and the thread has ended. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end(thread);
    }

    private static void end(NioEventLoopGroup thread) {
        thread.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
    }
}
