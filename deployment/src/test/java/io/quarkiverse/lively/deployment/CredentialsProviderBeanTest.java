package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Qualifier;
import jakarta.inject.Singleton;

import org.jboss.jandex.DotName;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.runtime.SecurityServices;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.devui.FleetEvent;
import io.quarkiverse.lively.runtime.devui.LivelyJsonRpcService;
import io.quarkiverse.lively.runtime.etcd.EtcdLogin;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.credentials.CredentialsProvider;
import io.quarkus.credentials.runtime.CredentialsProviderFinder;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/**
 * The user and the password come from a bean of the application, which may change them while it runs; and neither a password
 * nor the token that etcd gives for it is in anything that anybody can read.
 */
@NeedsProgram({ "etcd", "etcdctl" })
@ExtendWith(EtcdWithUsers.class)
class CredentialsProviderBeanTest {

    private static final String SECOND = "hunter2-later";
    private static final String UNKNOWN = "hunter2-that-nobody-told";
    /** Every password here has it. Beside them, the tokens of etcd: letters, and an index. */
    private static final Pattern SECRET = Pattern.compile("hunter2|" + hex("hunter2") + "|(?<![\\w.])[A-Za-z]{16}\\.\\d+\\b");

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(EtcdWithUsers.class, Vault.class, Safe.class, Locked.class))
            .addBuildChainCustomizer(chain -> chain.addBuildStep(context -> context.produce(AdditionalBeanBuildItem.builder()
                    .addBeanClass(LivelyJsonRpcService.class).setDefaultScope(DotName.createSimple(Singleton.class))
                    .setUnremovable().build())).produces(AdditionalBeanBuildItem.class).build())
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.log.level", "DEBUG")
            .overrideConfigKey("quarkus.log.console.level", "INFO")
            .overrideConfigKey("quarkus.lively.management.enabled", "true")
            .overrideRuntimeConfigKey("quarkus.lively.status-ttl", "5")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.credentials-provider", "etcd-inventory")
            .setLogRecordPredicate(line -> true)
            .assertLogRecords(CredentialsProviderBeanTest::assertHaveNoSecret);

    /** Injected by nobody: only the configuration says that it is of use. */
    @ApplicationScoped
    public static class Vault implements CredentialsProvider {

        static volatile String password = EtcdWithUsers.PASSWORD;

        @Override
        public Map<String, String> getCredentials(String name) {
            return name.equals("etcd-inventory")
                    ? Map.of(USER_PROPERTY_NAME, EtcdWithUsers.USER, PASSWORD_PROPERTY_NAME, password)
                    : Map.of();
        }
    }

    @Qualifier
    @Retention(RetentionPolicy.RUNTIME)
    @interface Locked {
    }

    @Locked
    @Named("safe")
    @ApplicationScoped
    public static class Safe implements CredentialsProvider {

        @Override
        public Map<String, String> getCredentials(String name) {
            return Map.of(USER_PROPERTY_NAME, name + " of the safe", PASSWORD_PROPERTY_NAME, SECOND);
        }
    }

    @Inject
    LivenessRegistry registry;

    @Inject
    LivelyJsonRpcService page;

    @Test
    void thePasswordMayChangeAndNobodyCanReadIt() {
        Registration own = registry.registration();
        await().until(() -> own.state() == RegistrationState.REGISTERED);
        String uuid = own.record().uuid();
        String lease = own.lease().orElseThrow().id();

        Vault.password = SECOND;
        EtcdWithUsers.changePassword(SECOND);
        assertTrue(registry.isUp(uuid));
        assertEquals(lease, own.lease().orElseThrow().id());
        assertTellsNoSecret(uuid);
        assertEquals(List.of(uuid), page.services().stream().map(FleetEvent.Service::uuid).toList());
        assertHasNoSecret(page.services().toString());

        EtcdWithUsers.changePassword(UNKNOWN);
        RegistryUnavailableException refused = assertThrows(RegistryUnavailableException.class, () -> registry.isUp(uuid));
        assertTrue(refused.getMessage().contains("what the credentials provider gives (quarkus.lively.etcd.credentials-provider"
                + " is 'etcd-inventory')"), refused.getMessage());
        assertHasNoSecret(trace(refused));
        await().until(() -> own.reason().contains("credentials provider"));
        assertTellsNoSecret(uuid);

        Vault.password = UNKNOWN;
        await().ignoreExceptions().until(() -> registry.isUp(uuid));
        assertEquals(lease, own.lease().orElseThrow().id());
    }

    @Test
    void theBeanMayBeNamed() {
        assertEquals("etcd-inventory of the safe", login("safe").user().get().join().name());
        String message = assertThrows(ConfigurationException.class, () -> login("none")).getMessage();
        assertTrue(
                message.contains(
                        "quarkus.lively.etcd.credentials-provider-name is 'none', but there is no such credentials provider"),
                message);
    }

    private static EtcdLogin login(String bean) {
        return Configured.nothing().with("etcd.credentials-provider", "etcd-inventory")
                .with("etcd.credentials-provider-name", bean)
                .settings(LaunchMode.TEST, new SecurityServices(() -> null, () -> null, CredentialsProviderFinder::find))
                .etcd().security().login().orElseThrow();
    }

    private void assertTellsNoSecret(String uuid) {
        for (String path : List.of("/q/health", "/q/lively", "/q/lively/services", "/q/lively/services/" + uuid)) {
            assertHasNoSecret(RestAssured.get(path).asString());
        }
        assertHasNoSecret(page.self().toUni().await().atMost(Duration.ofSeconds(5)).toString());
        assertHasNoSecret(page.fleet().toUni().await().atMost(Duration.ofSeconds(5)).toString());
        assertEquals(uuid, page.registration().uuid());
        assertHasNoSecret(page.registration().toString());
        assertHasNoSecret(page.up(uuid).toString());
    }

    private static void assertHaveNoSecret(List<LogRecord> lines) {
        assertTrue(lines.stream().anyMatch(line -> line.getLevel().intValue() < Level.INFO.intValue()), "not at DEBUG");
        assertTrue(lines.stream().anyMatch(line -> text(line).contains("the credentials provider")),
                "its failure is not there");
        lines.forEach(line -> assertHasNoSecret(text(line)));
    }

    private static String text(LogRecord line) {
        String message = line instanceof ExtLogRecord formatted ? formatted.getFormattedMessage() : line.getMessage();
        return line.getLoggerName() + ": " + message + (line.getThrown() == null ? "" : trace(line.getThrown()));
    }

    private static String trace(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    private static void assertHasNoSecret(String text) {
        assertFalse(SECRET.matcher(text).find(), text);
    }

    private static String hex(String text) {
        return text.chars().mapToObj(Integer::toHexString).reduce("", String::concat);
    }
}
