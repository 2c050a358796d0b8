package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.quarkiverse.lively.test.CertificateAuthority;

/** The application of the tests of one class has HTTPS at a free port, besides HTTP. */
class ServerCertificate implements BeforeAllCallback, AfterAllCallback {

    private Map<String, String> properties = Map.of();
    private Path directory;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        directory = Files.createTempDirectory("certificate");
        CertificateAuthority.Certified server = new CertificateAuthority(directory, "ca").issue("localhost", "localhost");
        properties = Map.of("quarkus.http.ssl.certificate.files", server.certificate().toString(),
                "quarkus.http.ssl.certificate.key-files", server.key().toString(),
                "quarkus.http.ssl-port", "0", "quarkus.http.test-ssl-port", "0");
        properties.forEach(System::setProperty);
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        properties.keySet().forEach(System::clearProperty);
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
