package io.quarkiverse.lively.runtime.management;

/** What the management endpoint can be asked to do, and where. */
public enum ManagementOperation {

    /** Where the registration of this application stands, and how current its view of the fleet is. */
    REGISTRATION("", false),
    /** The services that match the filters. */
    SERVICES("/services", false),
    /** One service. */
    SERVICE("/services/:uuid", false),
    /** What happened to one service. */
    HISTORY("/services/:uuid/history", false),
    /** Keep a service DOWN until somebody lifts that. */
    DOWN("/services/:uuid/down", true),
    /** Keep a service DOWN for a maintenance. */
    MAINTENANCE("/services/:uuid/maintenance", true),
    /** Lift what was said of a service. */
    UP("/services/:uuid/up", true);

    private final String path;
    private final boolean write;

    ManagementOperation(String path, boolean write) {
        this.path = path;
        this.write = write;
    }

    /** Below that of the endpoint; what begins with a colon stands for a value. */
    public String path() {
        return path;
    }

    /** Whether it changes anything. */
    public boolean isWrite() {
        return write;
    }
}
