package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates for tests, in PEM files of a directory. */
public final class CertificateAuthority {

    private static final Duration LIFE = Duration.ofDays(2);

    private final Path directory;
    private final X500Name name;
    private final KeyPair keys = keys();
    private final Path certificate;
    private long serial = 1;

    /** @param directory where all files go */
    public CertificateAuthority(Path directory, String name) {
        this.directory = directory;
        this.name = new X500Name("CN=" + name);
        this.certificate = write(name + ".crt", "CERTIFICATE", signed(this.name, keys, LIFE, true, List.of()));
    }

    /**
     * A certificate and its key.
     *
     * @param key PKCS#8, not encrypted
     */
    public record Certified(Path certificate, Path key, BigInteger serial) {

        /** Takes the place of another one, as a rotation does: file by file. */
        public void replace(Certified other) {
            try {
                Files.copy(certificate, other.certificate, StandardCopyOption.REPLACE_EXISTING);
                Files.copy(key, other.key, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What those trust who trust it. */
    public Path certificate() {
        return certificate;
    }

    /**
     * @param hosts names, and addresses of IPv4, that it is for
     */
    public Certified issue(String commonName, String... hosts) {
        return issue(commonName, LIFE, hosts);
    }

    /** One that ran out a day ago. */
    public Certified issueExpired(String commonName, String... hosts) {
        return issue(commonName, Duration.ofDays(-1), hosts);
    }

    /** A list with that one on it. */
    public Path revoke(Certified revoked) {
        try {
            X509v2CRLBuilder list = new X509v2CRLBuilder(name, new Date());
            list.setNextUpdate(Date.from(Instant.now().plus(LIFE)));
            list.addCRLEntry(revoked.serial(), new Date(), 0);
            return write("revoked-" + revoked.serial() + ".crl", "X509 CRL", list.build(signer()).getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Certified issue(String commonName, Duration life, String... hosts) {
        KeyPair itsKeys = keys();
        byte[] signed = signed(new X500Name("CN=" + commonName), itsKeys, life, false, List.of(hosts));
        String file = commonName + "-" + name.toString().replace("CN=", "") + "-" + serial;
        return new Certified(write(file + ".crt", "CERTIFICATE", signed),
                write(file + ".key", "PRIVATE KEY", itsKeys.getPrivate().getEncoded()), BigInteger.valueOf(serial));
    }

    private byte[] signed(X500Name subject, KeyPair itsKeys, Duration life, boolean isAuthority, List<String> hosts) {
        try {
            Instant now = Instant.now();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(name, BigInteger.valueOf(++serial),
                    Date.from(now.minus(Duration.ofDays(3))), Date.from(now.plus(life)), subject, itsKeys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
            if (!hosts.isEmpty()) {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(hosts.stream()
                        .map(host -> new GeneralName(Character.isDigit(host.charAt(0)) ? GeneralName.iPAddress
                                : GeneralName.dNSName, host))
                        .toArray(GeneralName[]::new)));
            }
            return builder.build(signer()).getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ContentSigner signer() {
        try {
            return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path write(String file, String type, byte[] content) {
        try {
            return Files.writeString(directory.resolve(file), "-----BEGIN " + type + "-----\n"
                    + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content) + "\n-----END " + type
                    + "-----\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
