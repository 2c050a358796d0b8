package org.acme;

import static org.hamcrest.Matchers.equalTo;
import static org.mockito.Mockito.when;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkus.test.InjectMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;

/** The application asks a registry that the test has made up. */
@QuarkusTest
class MockedRegistryTest {

    @InjectMock
    LivenessRegistry registry;

    @Test
    void asksTheMock() {
        when(registry.isUp("inventory", "host1")).thenReturn(true);

        RestAssured.get("/up?type=inventory&host=host1").then().body(equalTo("true"));
        RestAssured.get("/up?type=inventory&host=host2").then().body(equalTo("false"));
    }

    @Test
    void cannotTellWhileEtcdIsAway() {
        when(registry.isUp("inventory", "host1")).thenThrow(new RegistryUnavailableException("etcd does not answer", null));

        RestAssured.get("/up?type=inventory&host=host1").then().statusCode(503).header("Retry-After", "5");
    }
}
