package io.quarkiverse.lively.runtime.etcd;

import java.util.concurrent.CompletableFuture;

import org.jboss.logging.Logger;

/**
 * New certificates come into use once etcd has answered a client that was made with them. Until then, and if etcd does not, all
 * goes on by the client that there is; then the next update, and the next client, try the new ones again.
 */
final class CertificateRotation {

    private static final Logger LOG = Logger.getLogger(CertificateRotation.class);

    private final EtcdTls tls;
    private final Range probe;
    private boolean trying;
    /** The client that is in use although its certificates are old ones. */
    private CompletableFuture<Etcd> outdated;

    /**
     * @param tls whose certificates may change
     * @param probe what is read to find out whether etcd accepts new certificates, and the user that they may stand for
     */
    CertificateRotation(EtcdTls tls, Range probe) {
        this.tls = tls;
        this.probe = probe;
    }

    /** The clients of a connection. */
    interface Clients {

        /** The one that is in use. */
        CompletableFuture<Etcd> current();

        /** Makes another one, with the certificates that there are now. */
        CompletableFuture<Etcd> next();

        /** Puts one into the place of another one, and returns true, if that is still in use. */
        boolean replace(CompletableFuture<Etcd> former, CompletableFuture<Etcd> next);
    }

    /**
     * Tries the certificates if they are others than before. One update at a time: what changes meanwhile is found by the next
     * one.
     *
     * @param configurationName of the TLS registry
     */
    void certificatesUpdated(String configurationName, Clients clients) {
        CompletableFuture<Etcd> former = clients.current();
        if (tls.isCalled(configurationName) && begins(former)) {
            CompletableFuture<Etcd> next = clients.next();
            next.thenCompose(etcd -> etcd.read(probe)).whenComplete((page, failure) -> {
                if (failure == null && clients.replace(former, next)) {
                    LOG.info("The certificates have changed: etcd is asked by a new connection from now on");
                } else {
                    // One that was made meanwhile has the new ones, too.
                    next.thenAccept(Etcd::close);
                }
                ended(former, failure != null && clients.current() == former ? EtcdException.of(failure) : null);
            });
        }
    }

    private synchronized boolean begins(CompletableFuture<Etcd> current) {
        boolean begins = !trying && (current == outdated || tls.isChanged());
        trying |= begins;
        return begins;
    }

    /** @param refusal null if there is none, or if it does not matter any more */
    private synchronized void ended(CompletableFuture<Etcd> former, EtcdException refusal) {
        trying = false;
        if (refusal != null && former != outdated) {
            outdated = former;
            LOG.warnf("The certificates have changed, but with the new ones etcd does not answer. The connection made with"
                    + " the old ones stays for now: %s", refusal.getMessage());
        }
    }
}
