package io.quarkiverse.lively.deployment;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.quarkiverse.lively.runtime.devui.FleetEvent;
import io.quarkiverse.lively.runtime.devui.HistoryEntry;
import io.quarkiverse.lively.runtime.devui.LivelyJsonRpcService;
import io.quarkiverse.lively.runtime.devui.OwnState;
import io.quarkus.deployment.IsLocalDevelopment;
import io.quarkus.deployment.IsProduction;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.RemovedResourceBuildItem;
import io.quarkus.devui.spi.JsonRPCProvidersBuildItem;
import io.quarkus.devui.spi.page.CardPageBuildItem;
import io.quarkus.devui.spi.page.Page;
import io.quarkus.maven.dependency.ArtifactCoords;
import io.quarkus.maven.dependency.ArtifactKey;

/** The card and the page of the Dev UI, which there are in dev mode only. */
class LivelyDevUIProcessor {

    private static final ArtifactKey RUNTIME = ArtifactKey.of("io.quarkiverse.lively", "quarkus-lively",
            ArtifactCoords.DEFAULT_CLASSIFIER, ArtifactCoords.TYPE_JAR);

    @BuildStep(onlyIf = IsLocalDevelopment.class)
    CardPageBuildItem card() {
        CardPageBuildItem card = new CardPageBuildItem();
        card.addPage(Page.webComponentPageBuilder()
                .title("Fleet")
                .componentLink("qwc-lively-fleet.js")
                .icon("font-awesome-solid:heart-pulse")
                .streamingLabelJsonRPCMethodName("state"));
        return card;
    }

    @BuildStep(onlyIf = IsLocalDevelopment.class)
    JsonRPCProvidersBuildItem methods() {
        return new JsonRPCProvidersBuildItem(LivelyJsonRpcService.class);
    }

    @BuildStep(onlyIf = IsProduction.class)
    RemovedResourceBuildItem keepOutOfProduction() {
        return new RemovedResourceBuildItem(RUNTIME, classFiles(LivelyJsonRpcService.class,
                LivelyJsonRpcService.Outcome.class, FleetEvent.class, FleetEvent.Service.class, OwnState.class,
                OwnState.View.class, HistoryEntry.class));
    }

    private static Set<String> classFiles(Class<?>... classes) {
        return Stream.of(classes).map(type -> type.getName().replace('.', '/') + ".class").collect(Collectors.toSet());
    }
}
