package io.quarkiverse.lively.runtime.etcd;

import java.io.ByteArrayInputStream;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.CRL;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SSLOptions;

/** How etcd is spoken to by TLS: as a configuration of the TLS registry says at the time. */
public final class EtcdTls {

    private static final String DEFAULT_NAME = "<default>";
    private static final String ANY_HOST = "NONE";

    private final Optional<String> name;
    private final Optional<TlsConfiguration> configuration;
    private final Supplier<Vertx> vertx;
    private List<Object> lastUsed = List.of();

    /**
     * @param name of the configuration; empty for the default one
     * @param configuration empty to trust whom Java trusts
     * @param vertx what the configuration reads its files by
     */
    public EtcdTls(Optional<String> name, Optional<TlsConfiguration> configuration, Supplier<Vertx> vertx) {
        this.name = name;
        this.configuration = configuration;
        this.vertx = vertx;
    }

    /** Whether it is that configuration of the TLS registry. */
    boolean isCalled(String configurationName) {
        return configurationName.equals(name.orElse(DEFAULT_NAME));
    }

    /** Whether the certificates are others than those that the last client was made with. */
    synchronized boolean isChanged() {
        return !material().equals(lastUsed);
    }

    /** Whether this application has one of its own, which etcd may take its user from. */
    boolean hasCertificate() {
        return configuration.filter(tls -> tls.getKeyStoreOptions() != null).isPresent();
    }

    /** What the properties of the configuration begin with. */
    String properties() {
        return name.map(given -> "quarkus.tls." + given).orElse("quarkus.tls");
    }

    synchronized SslContext context() throws Exception {
        lastUsed = material();
        // gRPC asks Java to verify the name of the host.
        SslContextBuilder context = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
        if (configuration.isPresent()) {
            configure(context, configuration.get());
        }
        return context.build();
    }

    private void configure(SslContextBuilder context, TlsConfiguration tls) throws Exception {
        SSLOptions options = tls.getSSLOptions();
        context.protocols(options.getEnabledSecureTransportProtocols());
        if (!options.getEnabledCipherSuites().isEmpty()) {
            context.ciphers(options.getEnabledCipherSuites());
        }
        if (tls.getKeyStoreOptions() != null) {
            context.keyManager(tls.getKeyStoreOptions().getKeyManagerFactory(vertx.get()));
        }
        if (tls.isTrustAll()) {
            context.trustManager(InsecureTrustManagerFactory.INSTANCE);
            return;
        }
        X509TrustManager trust = trust(tls);
        if (!options.getCrlValues().isEmpty()) {
            trust = new RevocationCheck(trust, revocations(options.getCrlValues()));
        }
        boolean anyHost = tls.getHostnameVerificationAlgorithm().filter(ANY_HOST::equalsIgnoreCase).isPresent();
        context.trustManager(new TrustOf(anyHost ? new AnyHostTrustManager(trust) : trust));
    }

    private X509TrustManager trust(TlsConfiguration tls) throws Exception {
        TrustManagerFactory factory;
        if (tls.getTrustStoreOptions() != null) {
            factory = tls.getTrustStoreOptions().getTrustManagerFactory(vertx.get());
        } else {
            factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
        }
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager trust) {
                return trust;
            }
        }
        throw new IllegalStateException(properties() + ".trust-store cannot tell whom to trust");
    }

    private static List<CRL> revocations(List<Buffer> lists) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<CRL> revocations = new ArrayList<>();
        for (Buffer list : lists) {
            revocations.addAll(factory.generateCRLs(new ByteArrayInputStream(list.getBytes())));
        }
        return revocations;
    }

    /** What the configuration consists of. The TLS registry says that it read it again, and not whether it is another one. */
    private List<Object> material() {
        return configuration.<List<Object>> map(tls -> List.of(certificates(tls.getKeyStore()),
                certificates(tls.getTrustStore()), List.copyOf(tls.getSSLOptions().getCrlValues()))).orElse(List.of());
    }

    private static List<Certificate> certificates(KeyStore store) {
        List<Certificate> certificates = new ArrayList<>();
        try {
            for (String alias : store == null ? List.<String> of() : Collections.list(store.aliases())) {
                Certificate[] chain = store.getCertificateChain(alias);
                certificates.addAll(chain != null ? List.of(chain) : Stream.ofNullable(store.getCertificate(alias)).toList());
            }
        } catch (KeyStoreException e) {
            throw new IllegalStateException("A key store of the TLS registry was not loaded", e);
        }
        return certificates;
    }
}
