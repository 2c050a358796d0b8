package io.quarkiverse.lively.runtime.devui;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceChanged;
import io.quarkiverse.lively.ServiceEvent;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceRemoved;
import io.quarkiverse.lively.ServiceSnapshot;

/**
 * A {@link LivenessEvent}, as the page gets it: times are ISO 8601 in UTC, and what there is not is null.
 *
 * @param previous the service before
 * @param current the service now
 */
public record FleetEvent(String kind, long revision, String reason, String at, int coalesced, Service previous,
        Service current) {

    /**
     * A {@link ServiceRecord}.
     *
     * @param since if etcd does not have it, when this application first saw it; null if the application has not watched
     * @param endpoint address and port
     * @param note of its maintenance, as {@code start} and {@code end} are
     */
    public record Service(String uuid, String type, String host, String region, String liveness, String reason, String since,
            boolean owned, String endpoint, Map<String, String> metadata, String note, String start, String end) {

        static Service of(ServiceRecord service, LivenessEvent event) {
            return of(service, service.since().or(() -> Optional.of(event.at())));
        }

        static Service of(ServiceRecord service, Optional<Instant> since) {
            return new Service(service.uuid(), service.type(), service.host(), service.region(), service.liveness().name(),
                    service.reason().name(), since.map(Object::toString).orElse(null), service.owned(),
                    service.endpoint().map(Service::text).orElse(null), service.metadata(),
                    service.maintenance().map(maintenance -> maintenance.note()).orElse(null),
                    service.maintenance().flatMap(maintenance -> maintenance.start()).map(Object::toString).orElse(null),
                    service.maintenance().flatMap(maintenance -> maintenance.end()).map(Object::toString).orElse(null));
        }

        private static String text(Endpoint endpoint) {
            boolean ipv6 = endpoint.address().indexOf(':') >= 0;
            return (endpoint.secure() ? "https://" : "http://") + (ipv6 ? "[" + endpoint.address() + "]" : endpoint.address())
                    + ":" + endpoint.port();
        }
    }

    static FleetEvent of(LivenessEvent event) {
        ServiceEvent change = event instanceof ServiceEvent of ? of : null;
        ServiceRecord previous = event instanceof ServiceChanged changed ? changed.previous()
                : event instanceof ServiceRemoved removed ? removed.service() : null;
        ServiceRecord current = event instanceof ServiceSnapshot snapshot ? snapshot.service()
                : change == null || event instanceof ServiceRemoved ? null : change.service();
        return new FleetEvent(event.kind(), event.revision(), change == null ? null : change.reason().name(),
                event.at().toString(), change == null ? 1 : change.coalesced(),
                previous == null ? null : Service.of(previous, event), current == null ? null : Service.of(current, event));
    }
}
