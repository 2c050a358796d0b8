package io.quarkiverse.lively.runtime.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

import com.google.protobuf.ByteString;

/**
 * Where etcd is, and how long to wait for it.
 *
 * @param endpoints its members, at least one
 * @param connectTimeout for a TCP connection to one member
 * @param requestTimeout for the answer to one request
 * @param patience how long a client may go without any success before it is replaced
 * @param keys what all keys begin with that are read and written
 * @param security how both sides make sure of each other
 */
public record EtcdSettings(List<URI> endpoints, Duration connectTimeout, Duration requestTimeout, Duration patience,
        String keys, EtcdSecurity security) {

    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
    }

    /** Of any keys, and without security. */
    public EtcdSettings(List<URI> endpoints, Duration connectTimeout, Duration requestTimeout, Duration patience) {
        this(endpoints, connectTimeout, requestTimeout, patience, "", EtcdSecurity.NONE);
    }

    /** The same members in another order, so that another one is tried first. */
    public EtcdSettings startingWith(int member) {
        List<URI> order = new ArrayList<>(endpoints);
        Collections.rotate(order, -(member % order.size()));
        return inOrder(order);
    }

    /** The same members, that one last. */
    public EtcdSettings endingWith(URI member) {
        List<URI> order = new ArrayList<>(endpoints);
        if (order.remove(member)) {
            order.add(member);
        }
        return inOrder(order);
    }

    private EtcdSettings inOrder(List<URI> order) {
        return new EtcdSettings(order, connectTimeout, requestTimeout, patience, keys, security);
    }

    /** What who may read those keys gets an answer to, whatever it is. */
    public Range probe() {
        ByteString from = ByteString.copyFromUtf8(keys);
        return from.isEmpty() ? Range.ANYTHING : new Range(from, from.concat(ByteString.copyFrom(new byte[1])), 0, 1, true);
    }

    /** The endpoints as a user would write them. */
    public String describe() {
        return endpoints.stream().map(URI::toString).collect(Collectors.joining(", "));
    }
}
