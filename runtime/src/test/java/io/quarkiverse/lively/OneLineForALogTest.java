package io.quarkiverse.lively;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.Records;

/** Names and notes that others chose cannot forge a line of a log, whatever an application logs of the API. */
class OneLineForALogTest {

    @Test
    void recordsEventsAndExceptionsAreOneLine() {
        String evil = "x\n2030-01-01 INFO forged \u001b[31m\u202e";
        ServiceDefinition definition = ServiceDefinition.of(evil, evil).withUuid(evil).withRegion(evil)
                .withMaintenance(Maintenance.of(evil)).withEndpoint(new Endpoint(evil, 1, false))
                .withMetadata(Map.of(evil, evil));
        ServiceRecord service = Records.of(definition);
        for (Object logged : new Object[] { definition, service,
                new Transition(Instant.EPOCH, Status.DOWN, Reason.OPERATOR, evil, Optional.of(evil)),
                new ServiceAdded(service, Reason.REGISTERED, 1, Instant.EPOCH, 1),
                new ServiceChanged(service, service, Reason.OPERATOR, 1, Instant.EPOCH, 1),
                new ServiceRemoved(service, Reason.UNKNOWN, 1, Instant.EPOCH, 1),
                new ServiceSnapshot(service, 1, Instant.EPOCH),
                new UnknownServiceException(evil), new ServiceConflictException(evil, "uuid", evil),
                new StaleRecordException(Optional.of(service), evil, evil), new RegistryUnavailableException(evil, null),
                new TooFewUpException(evil, 1, 2), new InvalidServiceException("uuid", evil) }) {
            assertFalse(logged.toString().matches("(?s).*[\\p{Cntrl}\u202e].*"), logged.toString());
        }
        assertEquals(evil, service.host(), "the record has what is stored");
    }
}
