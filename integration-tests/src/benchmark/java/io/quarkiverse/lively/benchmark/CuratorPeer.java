package io.quarkiverse.lively.benchmark;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.x.discovery.ServiceCache;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;

/** The peer: Apache Curator's service discovery, connected to a ZooKeeper. */
final class CuratorPeer implements AutoCloseable {

    static final String NAME = "service";
    /** The name of the side of Curator, whose ZooKeeper has other counters than etcd. */
    static final String SIDE = "curator";

    private final CuratorFramework client;
    private final ServiceDiscovery<Void> discovery;

    CuratorPeer(String connect) throws Exception {
        client = CuratorFrameworkFactory.newClient(connect, new RetryOneTime(1_000));
        client.start();
        discovery = ServiceDiscoveryBuilder.builder(Void.class).client(client).basePath("/services").build();
        discovery.start();
    }

    static ServiceInstance<Void> instance(String id) throws Exception {
        return ServiceInstance.<Void> builder().name(NAME).id(id).address("10.0.0.1").port(8080).build();
    }

    ServiceDiscovery<Void> discovery() {
        return discovery;
    }

    /** All that was registered, kept up to date here; started. */
    ServiceCache<Void> cache() throws Exception {
        ServiceCache<Void> cache = discovery.serviceCacheBuilder().name(NAME).build();
        cache.start();
        return cache;
    }

    /** The way to find one by its id in the cache. */
    static boolean isIn(ServiceCache<Void> cache, String id) {
        return cache.getInstances().stream().anyMatch(instance -> instance.getId().equals(id));
    }

    @Override
    public void close() throws Exception {
        discovery.close();
        client.close();
    }
}
