package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Two ports of 127.0.0.1, one for the clients of an etcd and one for its peers. They were free when they were chosen; that
 * nobody else takes them since is not guaranteed.
 */
record LoopbackPorts(int client, int peer) {

    private static final byte[] LOOPBACK = { 127, 0, 0, 1 };

    /**
     * @param wanted that for the clients, which must be free; 0 for any that is
     */
    static LoopbackPorts of(int wanted) {
        // Both at once, so that they differ.
        try (ServerSocket client = listening(wanted); ServerSocket peer = listening(0)) {
            return new LoopbackPorts(client.getLocalPort(), peer.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    wanted == 0 ? "No free port on 127.0.0.1" : "Port " + wanted + " of 127.0.0.1 is taken", e);
        }
    }

    String clientUrl() {
        return "http://127.0.0.1:" + client;
    }

    String peerUrl() {
        return "http://127.0.0.1:" + peer;
    }

    private static ServerSocket listening(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getByAddress(LOOPBACK));
    }
}
