package io.quarkiverse.lively.runtime.store;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.etcd.Range;

/**
 * Where what is kept. All but {@link #owner}, {@link #state}, {@link #history} and {@link #last} is shared with os-lively.
 */
public final class KeyLayout {

    /** etcd counts what is left of a range with every page of it, so a long range is read in few pages. */
    private static final int PAGE = 10_000;
    private static final int LONG_PAGE = 50_000;

    private static final String NAMESPACE = "namespace";
    /** The keys of a registry all begin like that, after its namespace. */
    private static final Pattern OF_ANOTHER_REGISTRY = Pattern.compile("/services/(by-|history/|last/)");

    private final String namespace;
    private final String base;
    private final Map<RegistryKey.Kind, ByteString> folders;
    /** Where the folders begin to differ: most are told apart by one byte. */
    private final int telling;
    private final SkippedRecords skipped = new SkippedRecords();

    /**
     * @param namespace what the keys of this registry begin with; empty for none. Leading slashes do not count
     * @throws InvalidServiceException if that cannot be a namespace, or one whose registry lies within that of another one
     */
    public KeyLayout(String namespace) {
        this.namespace = namespace.replaceFirst("^/+", "");
        check(this.namespace);
        this.base = (this.namespace.isEmpty() ? "" : "/" + this.namespace) + "/services";
        this.telling = key("/by-", "").size();
        this.folders = Map.of(RegistryKey.Kind.SERVICE, service(""), RegistryKey.Kind.UP, up(""), RegistryKey.Kind.OWNER,
                owner(""), RegistryKey.Kind.STATE, state(""), RegistryKey.Kind.TYPE_HOST, key("/by-type-host/", ""));
    }

    private static void check(String namespace) {
        ServiceIdentity.checkText(NAMESPACE, namespace);
        if (OF_ANOTHER_REGISTRY.matcher("/" + namespace + "/").find()) {
            throw new InvalidServiceException(NAMESPACE, "the namespace must not contain 'services/by-…',"
                    + " 'services/history' or 'services/last': it would lie within the registry of another namespace");
        }
    }

    /** Without leading slashes; empty for none. */
    public String namespace() {
        return namespace;
    }

    /** What all keys of this registry begin with. */
    public String prefix() {
        return base + "/";
    }

    /**
     * The names of a service that is to be written. One without a uuid gets the one that follows from its type and host.
     *
     * @throws InvalidServiceException if a name cannot be a part of a key
     */
    public ServiceIdentity identityOf(ServiceDefinition wanted) {
        ServiceIdentity.check("type", wanted.type());
        ServiceIdentity.check("host", wanted.host());
        String uuid = wanted.uuid().isEmpty() ? uuidOf(wanted.type(), wanted.host()) : wanted.uuid();
        return ServiceIdentity.checked(uuid, wanted.type(), wanted.host(), wanted.region());
    }

    /** The uuid of a service that is given none: always the same for the same type and host in the same namespace. */
    public String uuidOf(String type, String host) {
        return ServiceIdentity.uuidOf(namespace, type, host);
    }

    /** What cannot be read of what is kept there. */
    public SkippedRecords skipped() {
        return skipped;
    }

    /** The record: the truth that the other keys index. */
    public ByteString service(String uuid) {
        return key("/by-uuid/", uuid);
    }

    /** Exists while the service is UP, under the lease of who keeps it so. */
    public ByteString up(String uuid) {
        return key("/by-status/UP/", uuid);
    }

    public ByteString down(String uuid) {
        return key("/by-status/DOWN/", uuid);
    }

    /** Names the uuid of the service of that type on that host. */
    public ByteString typeHost(String type, String host) {
        return key("/by-type-host/", type + "/" + host);
    }

    public ByteString region(String region, String uuid) {
        return key("/by-region/", region + "/" + uuid);
    }

    /** The claim of the process that keeps the service alive, under its lease. */
    public ByteString owner(String uuid) {
        return key("/by-owner/", uuid);
    }

    /** Who said what of the service last. */
    public ByteString state(String uuid) {
        return key("/by-state/", uuid);
    }

    public ByteString history(String uuid) {
        return key("/history/", uuid);
    }

    /** The last claim of the service that there was, while there is no other. */
    public ByteString last(String uuid) {
        return key("/last/", uuid);
    }

    Range services() {
        return all("/by-uuid/", false);
    }

    Range ups() {
        return all("/by-status/UP/", true);
    }

    Range owners() {
        return all("/by-owner/", false);
    }

    Range states() {
        return all("/by-state/", false);
    }

    Range lasts() {
        return all("/last/", false);
    }

    /** Every key that this class names, the histories and the last claims aside. '.' is the character after '-'. */
    Range registry() {
        return new Range(key("/by-", ""), key("/by.", ""), 0, LONG_PAGE, false);
    }

    /** What that key says; empty if it only indexes, or is nobody's. */
    Optional<RegistryKey> parse(ByteString key) {
        for (Map.Entry<RegistryKey.Kind, ByteString> folder : folders.entrySet()) {
            if (isIn(folder.getValue(), key)) {
                return parse(folder.getKey(), key.substring(folder.getValue().size()));
            }
        }
        return Optional.empty();
    }

    boolean isService(ByteString key) {
        return isIn(folders.get(RegistryKey.Kind.SERVICE), key);
    }

    private boolean isIn(ByteString folder, ByteString key) {
        return key.size() > telling && key.byteAt(telling) == folder.byteAt(telling) && key.startsWith(folder);
    }

    /** What is no text is no name of a service. */
    private static Optional<RegistryKey> parse(RegistryKey.Kind kind, ByteString bytes) {
        if (!bytes.isValidUtf8()) {
            return Optional.empty();
        }
        String name = bytes.toStringUtf8();
        boolean parses = kind != RegistryKey.Kind.TYPE_HOST || name.indexOf('/') >= 0;
        return parses ? Optional.of(new RegistryKey(kind, name)) : Optional.empty();
    }

    /** What follows the folder in a key of that folder. What is no text is no name of a service, and comes out altered. */
    static String nameIn(Range folder, ByteString key) {
        return key.substring(folder.from().size()).toStringUtf8();
    }

    private ByteString key(String folder, String name) {
        return ByteString.copyFromUtf8(base + folder + name);
    }

    /** '0' is the character after '/'. */
    private Range all(String folder, boolean keysOnly) {
        String end = folder.substring(0, folder.length() - 1) + "0";
        return new Range(key(folder, ""), key(end, ""), 0, PAGE, keysOnly);
    }
}
