package io.quarkiverse.lively.runtime;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkus.runtime.BlockingOperationControl;
import io.quarkus.runtime.BlockingOperationNotAllowedException;

/** Asks etcd, and waits for the answer. */
final class EtcdLivenessRegistry implements LivenessRegistry {

    private final ServiceReader reader;
    private final Registration own;

    EtcdLivenessRegistry(ServiceReader reader, Registration own) {
        this.reader = reader;
        this.own = own;
    }

    @Override
    public boolean isUp(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return await(() -> reader.isUp(uuid));
    }

    @Override
    public boolean isUp(String type, String host) {
        return find(type, host).filter(ServiceRecord::isUp).isPresent();
    }

    @Override
    public Optional<ServiceRecord> find(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return await(() -> reader.find(uuid));
    }

    @Override
    public Optional<ServiceRecord> find(String type, String host) {
        ServiceIdentity.check("type", type);
        ServiceIdentity.check("host", host);
        return await(() -> reader.find(type, host));
    }

    @Override
    public List<ServiceRecord> list(ServiceQuery query) {
        return await(() -> reader.list(query));
    }

    @Override
    public Registration registration() {
        return own;
    }

    private static <T> T await(Supplier<CompletableFuture<T>> question) {
        if (!BlockingOperationControl.isBlockingAllowed()) {
            throw new BlockingOperationNotAllowedException("LivenessRegistry waits for etcd and must not be called on an event"
                    + " loop: annotate the caller with @Blocking");
        }
        try {
            // The answer comes in bounded time, or a failure does.
            return question.get().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EtcdException cause) {
                throw new RegistryUnavailableException(cause.getMessage(), cause);
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("Interrupted while waiting for etcd", e);
        }
    }
}
