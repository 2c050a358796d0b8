package io.quarkiverse.lively.job;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

/** What GraalVM would be called with for an application with nothing but Lively. */
class NativeSourcesIT {

    @Test
    void tlsIsSupported() throws IOException {
        String arguments = Files.readString(Path.of("target", "native-sources", "native-image.args"));
        assertTrue(arguments.contains("--enable-url-protocols=http,https"), arguments);
    }
}
