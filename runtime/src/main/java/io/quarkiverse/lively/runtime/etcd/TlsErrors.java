package io.quarkiverse.lively.runtime.etcd;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.net.ssl.SSLHandshakeException;

/** Says why a connection by TLS does not come about, and what to change. */
final class TlsErrors {

    /** Alerts by their names in the protocol. Java gives them nowhere but in its message, at a place that changes. */
    private static final Pattern ABOUT_OUR_CERTIFICATE = Pattern.compile("\\b(bad_certificate|certificate_required"
            + "|certificate_expired|certificate_revoked|certificate_unknown|unsupported_certificate|unknown_ca|access_denied)\\b");

    private final EtcdSecurity security;

    TlsErrors(EtcdSecurity security) {
        this.security = security;
    }

    /** Empty if it has nothing to do with TLS. */
    Optional<String> meaning(Throwable failure) {
        if (security.tls().isEmpty()) {
            return says(failure, "Network closed for unknown reason").or(() -> says(failure, "Connection reset"))
                    .map(words -> "it closed the connection (" + words
                            + "). If it does so each time, it may speak TLS: then let quarkus.lively.etcd.endpoints begin with"
                            + " https://");
        }
        String tls = security.tls().get().properties();
        return causes(failure).map(cause -> ofCertificate(cause, tls)).flatMap(Optional::stream).findFirst()
                // A server without HTTP/2 says so, or hangs up.
                .or(() -> says(failure, "no_application_protocol").map(TlsErrors::ofHangUp))
                .or(() -> causes(failure).filter(SSLHandshakeException.class::isInstance).findFirst()
                        .map(handshake -> ofHandshake(handshake, security.tls().get())))
                .or(() -> says(failure, "Connection closed while performing TLS negotiation")
                        .or(() -> says(failure, "not an SSL/TLS record")).or(() -> says(failure, "Connection reset"))
                        .map(TlsErrors::ofHangUp));
    }

    private static String ofHangUp(String words) {
        return "it hangs up (" + words + "): if it speaks plain text, start it with --cert-file and --key-file, or let"
                + " quarkus.lively.etcd.endpoints begin with http://; if it is a web server, etcd's port for"
                + " clients is another one, mostly 2379";
    }

    private static Optional<String> ofCertificate(Throwable cause, String tls) {
        String words = " (" + cause.getMessage() + ")";
        if (cause instanceof CertPathBuilderException) {
            return Optional
                    .of("its certificate is signed by nobody whom this application trusts" + words + ": add who signed it"
                            + " to " + tls + ".trust-store");
        }
        if (cause instanceof CertificateExpiredException) {
            return Optional.of("its certificate, or one above it, has expired" + words + ": renew it there, or in " + tls
                    + ".trust-store");
        }
        if (cause instanceof CertificateNotYetValidException) {
            return Optional.of("its certificate, or one above it, is not valid yet" + words + ": compare the clocks");
        }
        String message = String.valueOf(cause.getMessage());
        if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
            return Optional.of("its certificate is for another host" + words + ": ask for it by the name on the certificate in"
                    + " quarkus.lively.etcd.endpoints, or set quarkus.lively.etcd.authority to that");
        }
        if (message.equals(RevocationCheck.REVOKED)) {
            return Optional.of("its certificate was revoked: renew it there, or change " + tls
                    + ".certificate-revocation-list");
        }
        return Optional.empty();
    }

    /**
     * An alert of the other side has no cause on this one. With TLS 1.2 a current etcd sends the same alert to a client without
     * a certificate as to one with which it has no cipher suite in common.
     */
    private static String ofHandshake(Throwable handshake, EtcdTls tls) {
        String words = String.valueOf(handshake.getMessage());
        boolean isAlert = handshake.getCause() == null;
        boolean mayWantCertificate = isAlert && words.contains("handshake_failure") && !tls.hasCertificate();
        String properties = tls.properties();
        if (mayWantCertificate || isAlert && ABOUT_OUR_CERTIFICATE.matcher(words).find()) {
            return "it does not accept the certificate of this application, or wants one and is given none (" + words
                    + "): set " + properties + ".key-store to one that etcd trusts (--trusted-ca-file)" + (mayWantCertificate
                            ? ". If etcd wants no certificate: look at " + properties + ".protocols and " + properties
                                    + ".cipher-suites"
                            : "");
        }
        return "no connection by TLS comes about (" + words + "): look at " + properties + ".protocols and " + properties
                + ".cipher-suites";
    }

    private static Optional<String> says(Throwable failure, String words) {
        return causes(failure).map(Throwable::getMessage).filter(message -> message != null && message.contains(words))
                .findFirst().map(message -> words);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
