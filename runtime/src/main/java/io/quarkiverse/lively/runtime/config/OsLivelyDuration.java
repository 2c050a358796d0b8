package io.quarkiverse.lively.runtime.config;

import java.time.Duration;

import org.eclipse.microprofile.config.spi.Converter;

import io.quarkus.runtime.configuration.DurationConverter;

/** A duration whose default is a variable of os-lively: if it cannot be read, the message names the variable. */
public final class OsLivelyDuration {

    private OsLivelyDuration() {
    }

    private static Duration read(String value, String variable) {
        Duration duration;
        try {
            duration = DurationConverter.parseDuration(value);
        } catch (IllegalArgumentException e) {
            throw refusal(value, variable, e);
        }
        if (duration == null) {
            throw refusal(value, variable, null);
        }
        return duration;
    }

    private static IllegalArgumentException refusal(String value, String variable, Exception cause) {
        return new IllegalArgumentException(
                "'" + value + "' is no duration, such as 30 or 30S (it may come from the variable " + variable + ")", cause);
    }

    public static final class StatusTtl implements Converter<Duration> {

        private static final long serialVersionUID = 1L;

        @Override
        public Duration convert(String value) {
            return read(value, "OSLIVELY_STATUS_TTL");
        }
    }

    public static final class ConnectTimeout implements Converter<Duration> {

        private static final long serialVersionUID = 1L;

        @Override
        public Duration convert(String value) {
            return read(value, "OSLIVELY_ETCD_CONNECT_TIMEOUT");
        }
    }
}
