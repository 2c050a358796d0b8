package io.quarkiverse.lively.runtime.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * What names a service: its uuid, and what is unique beside it, its type and host together. The region is where it is kept in
 * the index of regions.
 */
public record ServiceIdentity(String uuid, String type, String host, String region) {

    /** Where a service is that names no region. */
    public static final String DEFAULT_REGION = "default";

    private static final int MAX_BYTES = 255;
    /** Part of the data in etcd: another one would give every service a new uuid. */
    private static final UUID NAMESPACE = UUID.fromString("7c3f1d0e-9a54-4b8e-8f57-3f3f6f0c2a91");

    /**
     * The names of a service that is to be written.
     *
     * @throws InvalidServiceException if a field cannot be a part of a key
     */
    public static ServiceIdentity checked(String uuid, String type, String host, String region) {
        check("uuid", uuid);
        check("type", type);
        check("host", host);
        check("region", region);
        return new ServiceIdentity(uuid, type, host, region);
    }

    /**
     * Refuses a value that cannot be a part of a key. Allocates nothing otherwise.
     *
     * @throws InvalidServiceException naming the field
     * @throws NullPointerException naming the field, if the value is null
     */
    public static void check(String field, String value) {
        if (Objects.requireNonNull(value, field).isEmpty()) {
            throw new InvalidServiceException(field, "the " + field + " must not be empty");
        }
        if (value.indexOf('/') >= 0) {
            throw new InvalidServiceException(field, "the " + field + " must not contain a '/', which separates the parts of"
                    + " a key in etcd");
        }
        checkText(field, value);
    }

    /** Refuses what is no text that anybody could read, or is too long. */
    static void checkText(String field, String value) {
        int bytes = 0;
        for (int i = 0; i < value.length() && bytes <= MAX_BYTES; i++) {
            int c = value.codePointAt(i);
            if (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE) {
                throw new InvalidServiceException(field, "the " + field + " must not contain control characters");
            }
            i += Character.charCount(c) - 1;
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        }
        if (bytes > MAX_BYTES) {
            throw new InvalidServiceException(field, "the " + field + " must not be longer than " + MAX_BYTES + " bytes");
        }
    }

    /**
     * Refuses a query for names that no service can have.
     *
     * @throws InvalidServiceException naming the field
     */
    public static ServiceQuery checked(ServiceQuery query) {
        Objects.requireNonNull(query, "query").uuids().forEach(uuid -> check("uuid", uuid));
        query.types().forEach(type -> check("type", type));
        query.hosts().forEach(host -> check("host", host));
        query.regions().forEach(region -> check("region", region));
        return query;
    }

    /** The uuid that an entry of an index holds; empty if that can be none. */
    static Optional<String> uuidIn(ByteString entry) {
        try {
            String uuid = entry.toStringUtf8();
            check("uuid", uuid);
            return entry.isValidUtf8() ? Optional.of(uuid) : Optional.empty();
        } catch (InvalidServiceException e) {
            return Optional.empty();
        }
    }

    /** A uuid (version 5) that is the same for the same names, so that a service keeps it when it is started again. */
    static String uuidOf(String keyNamespace, String type, String host) {
        byte[] names = (keyNamespace + '\0' + type + '\0' + host).getBytes(StandardCharsets.UTF_8);
        ByteBuffer input = ByteBuffer.allocate(16 + names.length).putLong(NAMESPACE.getMostSignificantBits())
                .putLong(NAMESPACE.getLeastSignificantBits()).put(names);
        ByteBuffer hash;
        try {
            hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(input.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-1", e);
        }
        long high = hash.getLong() & ~0xf000L | 0x5000L;
        long low = hash.getLong() & ~(3L << 62) | 1L << 63;
        return new UUID(high, low).toString();
    }

    /** Whether that record has another type or host. */
    public boolean hasOtherName(Service record) {
        return !record.getType().equals(type) || !record.getHost().equals(host);
    }

    /** How an application of that type and host signs what it writes: {@code type@host}. */
    public String signature() {
        return type + "@" + host;
    }

    @Override
    public String toString() {
        return PrintableText.of(type + " on " + host + " (" + uuid + ")");
    }
}
