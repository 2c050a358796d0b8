package io.quarkiverse.lively.deployment;

/** No etcd can be shared at that port. The message is for the developer, and says what follows from it. */
final class PortTakenException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param why such as "is taken by ..." */
    PortTakenException(int port, String why, Throwable cause) {
        super("Port " + port + " " + why + ", so this application has an etcd of its own, and does not see other applications."
                + " To share one, free the port, or set quarkus.lively.devservices.port to the same free port in all of them",
                cause);
    }
}
