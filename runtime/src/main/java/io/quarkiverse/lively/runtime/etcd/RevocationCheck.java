package io.quarkiverse.lively.runtime.etcd;

import java.security.cert.CRL;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.X509TrustManager;

/**
 * Trusts as another one does, but nobody whose certificate, or one of those above it, is on a list of revoked ones. Java adds
 * the look at the name of the host.
 */
final class RevocationCheck implements X509TrustManager {

    static final String REVOKED = "Certificate revoked";

    private final X509TrustManager trust;
    private final List<CRL> revocations;

    RevocationCheck(X509TrustManager trust, List<CRL> revocations) {
        this.trust = trust;
        this.revocations = revocations;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        trust.checkServerTrusted(chain, type);
        refuseRevoked(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        trust.checkClientTrusted(chain, type);
        refuseRevoked(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.getAcceptedIssuers();
    }

    private void refuseRevoked(X509Certificate[] chain) throws CertificateException {
        for (X509Certificate certificate : chain) {
            if (revocations.stream().anyMatch(list -> list.isRevoked(certificate))) {
                throw new CertificateException(REVOKED);
            }
        }
    }
}
