package io.quarkiverse.lively.deployment;

import java.util.Optional;

import org.jboss.jandex.DotName;
import org.jboss.jandex.Type;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessView;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem;
import io.quarkus.arc.processor.BuildExtension;
import io.quarkus.arc.processor.InjectionPointInfo;
import io.quarkus.arc.processor.ObserverInfo;
import io.quarkus.deployment.annotations.BuildStep;

/** Finds out whether the application uses the view, so that one that does not has no part in its cost. */
class LivelyViewProcessor {

    private static final DotName VIEW = DotName.createSimple(LivenessView.class);
    private static final DotName EVENT = DotName.createSimple(LivenessEvent.class);
    /** Our own beans do not count. */
    private static final String RUNTIME = "io.quarkiverse.lively.runtime.";

    /** Once unused beans are removed, which may be the only ones that inject it. */
    @BuildStep
    ViewUseBuildItem use(ValidationPhaseBuildItem beans) {
        BuildExtension.BuildContext context = beans.getContext();
        boolean injected = beans.getContext().getInjectionPoints().stream()
                .anyMatch(point -> isOf(point.getRequiredType(), VIEW) && !isOurs(point));
        boolean observed = context.get(BuildExtension.Key.OBSERVERS).stream()
                .anyMatch(observer -> isOf(observer.getObservedType(), EVENT) && !isOurs(observer));
        return new ViewUseBuildItem(injected, observed);
    }

    private static boolean isOf(Type type, DotName name) {
        return type.name().equals(name);
    }

    private static boolean isOurs(InjectionPointInfo point) {
        return point.getTargetBean().map(bean -> bean.getBeanClass().toString().startsWith(RUNTIME)).orElse(false);
    }

    private static boolean isOurs(ObserverInfo observer) {
        return Optional.ofNullable(observer.getBeanClass()).map(name -> name.toString().startsWith(RUNTIME)).orElse(false);
    }
}
