package io.quarkiverse.lively.deployment;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jboss.jandex.DotName;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem;
import io.quarkus.arc.processor.BuildExtension;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;

/** Finds out whether the application uses the view, so that one that does not has no part in its cost. */
class LivelyViewProcessor {

    private static final DotName VIEW = DotName.createSimple(LivenessView.class);
    /** All types of events. */
    private static final List<Class<?>> EVENTS = typesOf(LivenessEvent.class).toList();
    private static final Set<DotName> OBSERVED = EVENTS.stream().map(DotName::createSimple)
            .collect(Collectors.toUnmodifiableSet());

    /** Once unused beans are removed, which may be the only ones that inject it. No bean of this extension does. */
    @BuildStep
    ViewUseBuildItem use(ValidationPhaseBuildItem beans) {
        BuildExtension.BuildContext context = beans.getContext();
        boolean injected = beans.getContext().getInjectionPoints().stream()
                .anyMatch(point -> point.getRequiredType().name().equals(VIEW));
        boolean observed = context.get(BuildExtension.Key.OBSERVERS).stream()
                .anyMatch(observer -> OBSERVED.contains(observer.getObservedType().name()));
        return new ViewUseBuildItem(injected, observed);
    }

    /**
     * An application that serialises events names their common type, from which a native build cannot know the others, nor the
     * types of their fields.
     */
    @BuildStep
    ReflectiveClassBuildItem events() {
        return ReflectiveClassBuildItem
                .builder(Stream.concat(EVENTS.stream(), Stream.of(ServiceRecord.class, Endpoint.class, Maintenance.class))
                        .toArray(Class[]::new))
                .methods().fields().reason("events of Lively").build();
    }

    /** That type and all that are derived from it. */
    private static Stream<Class<?>> typesOf(Class<?> sealed) {
        return Stream.concat(Stream.of(sealed),
                sealed.isSealed() ? Stream.of(sealed.getPermittedSubclasses()).flatMap(LivelyViewProcessor::typesOf)
                        : Stream.empty());
    }
}
