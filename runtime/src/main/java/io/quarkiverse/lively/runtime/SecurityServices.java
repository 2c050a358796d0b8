package io.quarkiverse.lively.runtime;

import java.util.function.Function;
import java.util.function.Supplier;

import io.quarkus.credentials.CredentialsProvider;
import io.quarkus.credentials.runtime.CredentialsProviderFinder;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;

/**
 * What of Quarkus the way to etcd may need, asked only then.
 *
 * @param certificates the TLS registry
 * @param vertx what the TLS registry reads its files by
 * @param credentials finds the credentials provider of a bean name, or the only one for null. Throws an exception if there is
 *        none
 */
public record SecurityServices(Supplier<TlsConfigurationRegistry> certificates, Supplier<Vertx> vertx,
        Function<String, CredentialsProvider> credentials) {

    /** With the credentials providers of the application. */
    SecurityServices(Supplier<TlsConfigurationRegistry> certificates, Supplier<Vertx> vertx) {
        this(certificates, vertx, CredentialsProviderFinder::find);
    }
}
