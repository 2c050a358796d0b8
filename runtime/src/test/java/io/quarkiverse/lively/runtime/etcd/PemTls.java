package io.quarkiverse.lively.runtime.etcd;

import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Optional;
import java.util.Set;

import io.quarkiverse.lively.test.CertificateAuthority;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.runtime.config.TrustStoreConfig.CertificateExpiryPolicy;
import io.quarkus.tls.runtime.keystores.ExpiryTrustOptions;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.TrustOptions;

/** What the TLS registry has of PEM files. They are read when they are asked for, as if there were a reload each time. */
public final class PemTls extends BaseTlsConfiguration {

    private final Vertx vertx;
    private final SSLOptions options = new SSLOptions();
    private Optional<PemTrustOptions> trust = Optional.empty();
    private Optional<PemKeyCertOptions> key = Optional.empty();
    private boolean trustAll;
    private Optional<String> algorithm = Optional.empty();

    public PemTls(Vertx vertx) {
        this.vertx = vertx;
    }

    public PemTls trust(CertificateAuthority authority) {
        trust = Optional.of(new PemTrustOptions().addCertPath(authority.certificate().toString()));
        return this;
    }

    public PemTls key(CertificateAuthority.Certified own) {
        key = Optional.of(new PemKeyCertOptions().setCertPath(own.certificate().toString()).setKeyPath(own.key().toString()));
        return this;
    }

    PemTls trustAll() {
        trustAll = true;
        return this;
    }

    PemTls verificationAlgorithm(String name) {
        algorithm = Optional.of(name);
        return this;
    }

    PemTls revoked(Path list) {
        options.addCrlValue(vertx.fileSystem().readFileBlocking(list.toString()));
        return this;
    }

    PemTls protocol(String name) {
        options.setEnabledSecureTransportProtocols(Set.of(name));
        return this;
    }

    PemTls cipherSuite(String name) {
        options.addEnabledCipherSuite(name);
        return this;
    }

    @Override
    public KeyCertOptions getKeyStoreOptions() {
        return key.map(PemKeyCertOptions::copy).orElse(null);
    }

    @Override
    public TrustOptions getTrustStoreOptions() {
        return trust.map(certificates -> new ExpiryTrustOptions(certificates.copy(), CertificateExpiryPolicy.REJECT))
                .orElse(null);
    }

    @Override
    public KeyStore getKeyStore() {
        return loaded(() -> key.isPresent() ? key.get().copy().loadKeyStore(vertx) : null);
    }

    @Override
    public KeyStore getTrustStore() {
        return loaded(() -> trust.isPresent() ? trust.get().copy().loadKeyStore(vertx) : null);
    }

    @Override
    public SSLOptions getSSLOptions() {
        return options;
    }

    @Override
    public boolean isTrustAll() {
        return trustAll;
    }

    @Override
    public Optional<String> getHostnameVerificationAlgorithm() {
        return algorithm;
    }

    private interface Loading {

        KeyStore load() throws Exception;
    }

    private static KeyStore loaded(Loading loading) {
        try {
            return loading.load();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
