package io.quarkiverse.lively.runtime.etcd;

import java.security.KeyStore;
import java.security.Security;

import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import javax.net.ssl.X509TrustManager;

/**
 * Hands out one trust manager, as it is. Netty's own factory for that wraps one that knows no hosts, such as those of the TLS
 * registry, so that Java does not verify the name of the host any more.
 */
final class TrustOf extends TrustManagerFactory {

    TrustOf(X509TrustManager trust) {
        super(new TrustManagerFactorySpi() {
            @Override
            protected void engineInit(KeyStore store) {
                // There is nothing to read.
            }

            @Override
            protected void engineInit(ManagerFactoryParameters parameters) {
                // There is nothing to read.
            }

            @Override
            protected TrustManager[] engineGetTrustManagers() {
                return new TrustManager[] { trust };
            }
        }, Security.getProviders()[0], "given");
    }
}
