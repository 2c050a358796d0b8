package io.quarkiverse.lively.deployment;

import org.jboss.jandex.DotName;
import org.jboss.jandex.Type;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessView;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem;
import io.quarkus.arc.processor.BuildExtension;
import io.quarkus.deployment.annotations.BuildStep;

/** Finds out whether the application uses the view, so that one that does not has no part in its cost. */
class LivelyViewProcessor {

    private static final DotName VIEW = DotName.createSimple(LivenessView.class);
    private static final DotName EVENT = DotName.createSimple(LivenessEvent.class);

    /** Once unused beans are removed, which may be the only ones that inject it. No bean of this extension does. */
    @BuildStep
    ViewUseBuildItem use(ValidationPhaseBuildItem beans) {
        BuildExtension.BuildContext context = beans.getContext();
        boolean injected = beans.getContext().getInjectionPoints().stream()
                .anyMatch(point -> isOf(point.getRequiredType(), VIEW));
        boolean observed = context.get(BuildExtension.Key.OBSERVERS).stream()
                .anyMatch(observer -> isOf(observer.getObservedType(), EVENT));
        return new ViewUseBuildItem(injected, observed);
    }

    private static boolean isOf(Type type, DotName name) {
        return type.name().equals(name);
    }
}
