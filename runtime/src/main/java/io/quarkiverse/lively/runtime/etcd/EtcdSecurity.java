package io.quarkiverse.lively.runtime.etcd;

import java.util.Optional;

/**
 * How this application and etcd make sure of each other.
 *
 * @param tls empty to speak in plain text
 * @param authority whom the members are asked as, and their certificates have to be for; empty if that is the host and the port
 *        of the endpoint of each
 * @param login empty if etcd asks for no user, or takes the name on the certificate of this application for it
 */
public record EtcdSecurity(Optional<EtcdTls> tls, Optional<String> authority, Optional<EtcdLogin> login) {

    /** In plain text, as nobody. */
    public static final EtcdSecurity NONE = new EtcdSecurity(Optional.empty(), Optional.empty(), Optional.empty());
}
