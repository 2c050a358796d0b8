package io.quarkiverse.lively.runtime;

import static io.quarkiverse.lively.runtime.BadValue.require;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkiverse.lively.runtime.etcd.EtcdSecurity;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.etcd.EtcdTls;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkus.tls.TlsConfiguration;

/** The part of the configuration that says how etcd is reached, checked. */
final class EtcdConfiguration {

    private static final String HTTPS = "https";

    private EtcdConfiguration() {
    }

    static EtcdSettings settings(LivelyConfig.Etcd config, KeyLayout layout, Duration patience, SecurityServices services) {
        List<URI> endpoints = EtcdEndpoints.of(config.endpoints(), config.tlsConfigurationName().isPresent());
        boolean secure = endpoints.stream().anyMatch(EtcdConfiguration::isSecure);
        require(!secure || endpoints.stream().allMatch(EtcdConfiguration::isSecure), "etcd.endpoints",
                String.join(",", config.endpoints()),
                "some begin with https:// and some with http://: all members must be reached by TLS, or none");
        config.authority().ifPresent(authority -> require(isAuthority(authority), "etcd.authority", authority,
                "it must be a host name, or host:port"));
        Optional<EtcdTls> tls = secure ? Optional.of(tls(config.tlsConfigurationName(), services)) : Optional.empty();
        config.tlsConfigurationName().ifPresent(name -> require(secure, "etcd.tls-configuration-name", name,
                "the endpoints begin with http://, which is without TLS: let them begin with https://"
                        + " (quarkus.lively.etcd.endpoints), or remove this"));
        return new EtcdSettings(endpoints, config.connectTimeout(), config.requestTimeout(), patience, layout.prefix(),
                new EtcdSecurity(tls, config.authority(), Logins.of(config, services)));
    }

    private static EtcdTls tls(Optional<String> name, SecurityServices services) {
        Optional<TlsConfiguration> configuration = name.isPresent() ? services.certificates().get().get(name.get())
                : services.certificates().get().getDefault();
        name.ifPresent(wanted -> require(configuration.isPresent(), "etcd.tls-configuration-name", wanted,
                "there is no such TLS configuration: configure quarkus.tls." + wanted));
        return new EtcdTls(name, configuration, services.vertx());
    }

    private static boolean isSecure(URI endpoint) {
        return endpoint.getScheme().equals(HTTPS);
    }

    private static boolean isAuthority(String authority) {
        URI uri = parse("https://" + authority);
        return uri != null && uri.getHost() != null && uri.getPort() <= 65535 && uri.getRawUserInfo() == null
                && uri.getRawAuthority().equals(authority);
    }

    private static URI parse(String endpoint) {
        try {
            return URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
