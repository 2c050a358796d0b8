package io.quarkiverse.lively.runtime;

import static io.quarkiverse.lively.runtime.BadValue.PREFIX;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;

import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * The name of this host. Linux is asked for it without a look-up of its addresses, which takes seconds if the name server does
 * not answer, and fails if the name has no address.
 */
final class HostName {

    /** The name that {@code hostname} prints and {@link InetAddress#getLocalHost()} looks up. */
    private static final Path OF_LINUX = Path.of("/proc/sys/kernel/hostname");

    private final Path file;
    private final Callable<String> lookUp;

    HostName() {
        this(OF_LINUX, () -> InetAddress.getLocalHost().getHostName());
    }

    /**
     * @param file has the name; need not exist
     * @param lookUp gives the name otherwise, or fails with an {@link UnknownHostException}
     */
    HostName(Path file, Callable<String> lookUp) {
        this.file = file;
        this.lookUp = lookUp;
    }

    /** As an address for others, or where the name does not matter: {@code localhost} if it is not known. */
    String orLocalhost() {
        try {
            return get();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /**
     * As a part of an identity: two hosts that do not know their names must not take each other's services.
     *
     * @throws ConfigurationException if it is not known, naming the property to set
     */
    String known() {
        try {
            return get();
        } catch (UnknownHostException e) {
            throw new ConfigurationException(PREFIX + "service.host is not set, and the name of this host is not known ("
                    + e.getMessage() + "): set " + PREFIX + "service.host to a name that no other host has, and " + PREFIX
                    + "service.address to the address at which others reach this host", Set.of(PREFIX + "service.host"));
        }
    }

    private String get() throws UnknownHostException {
        try {
            String name = Files.readString(file).strip();
            if (!name.isEmpty()) {
                return name;
            }
        } catch (IOException e) {
            // Not Linux.
        }
        try {
            return lookUp.call();
        } catch (UnknownHostException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
