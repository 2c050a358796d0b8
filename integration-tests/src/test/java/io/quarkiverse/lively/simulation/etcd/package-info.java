/**
 * A model of etcd on simulated time, with the behaviour that a client can notice. {@link EtcdCluster} holds the members, the
 * committed log and the faults. A client connects to an {@link EtcdMember} and sends requests through its
 * {@link ServerConnection}. A {@link Witness} sees each commit in order.
 * <p>
 * A run belongs to one thread. No method of a connection calls its caller back before it has returned.
 */
package io.quarkiverse.lively.simulation.etcd;
