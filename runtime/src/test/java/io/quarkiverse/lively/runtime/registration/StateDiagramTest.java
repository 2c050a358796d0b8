package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.RegistrationChange;

/** The documentation draws the changes of state that there are, and no others. */
class StateDiagramTest {

    private static final Path PAGE = Path.of("../docs/modules/ROOT/pages/guarantees.adoc");
    private static final Path DRAWING = Path.of("../docs/modules/ROOT/images/registration-states.svg");

    @Test
    void theTableAndTheDrawingHaveThemAll() throws IOException {
        Set<String> seen = new TreeSet<>();
        for (Story story : Story.values()) {
            for (OnConflict onConflict : OnConflict.values()) {
                Scene scene = new Scene(onConflict, false, false);
                story.tell(scene);
                scene.registrar.stop(Scene.STOP_TIMEOUT);
                seen.addAll(changes(scene));
            }
        }
        for (Ending ending : Ending.values()) {
            seen.addAll(changes(ending.scene()));
        }
        assertEquals(seen, new TreeSet<>(documented(PAGE, "(?m)^\\|([A-Z_]+) \\|([A-Z_]+) \\|")));
        assertEquals(seen, new TreeSet<>(documented(DRAWING, "<title>([A-Z_]+) to ([A-Z_]+)</title>")));
    }

    /** What two processes, or an operator at the wrong moment, do to a registration. */
    private enum Ending {
        HELD_FROM_THE_START(scene -> {
            scene.downByOther("disk", null);
            scene.start(scene.registrar);
            scene.registrar.stop(Scene.STOP_TIMEOUT);
        }),
        STOPPED_BEFORE_IT_BEGAN(scene -> {
            scene.registrar.stop(Scene.STOP_TIMEOUT);
        }),
        FENCED_AT_ITS_FIRST_CLAIM(scene -> {
            scene.registrar.start();
            scene.etcd.be(FakeEtcd.Mode.MUTE);
            scene.registrar.serve(Optional.empty());
            scene.etcd.be(FakeEtcd.Mode.ANSWERS);
            scene.start(scene.process(Scene.ID));
            scene.seconds(10);
        }),
        FENCED_AND_BACK(scene -> {
            scene.start(scene.registrar);
            Registrar other = scene.process(Scene.ID);
            scene.start(other);
            other.stop(Scene.STOP_TIMEOUT);
            scene.seconds(20);
        }),
        FENCED_AND_HELD(scene -> {
            scene.start(scene.registrar);
            Registrar other = scene.process(Scene.ID);
            scene.start(other);
            scene.downByOther("disk", null);
            other.stop(Scene.STOP_TIMEOUT);
            scene.seconds(20);
        }),
        FENCED_WHILE_HELD(scene -> {
            scene.start(scene.registrar);
            scene.downByOther("disk", null);
            scene.start(scene.process(Scene.ID));
        }),
        LOST_AND_HELD(scene -> {
            lose(scene);
            scene.downByOther("disk", null);
            scene.etcd.be(FakeEtcd.Mode.ANSWERS);
            scene.seconds(10);
        }),
        LOST_AND_FENCED(scene -> {
            lose(scene);
            scene.etcd.be(FakeEtcd.Mode.ANSWERS);
            scene.start(scene.process(Scene.ID));
            scene.seconds(10);
        }),
        LOST_AND_STOPPED(scene -> {
            lose(scene);
            scene.registrar.stop(Scene.STOP_TIMEOUT);
            scene.seconds(5);
        });

        private final Consumer<Scene> events;

        Ending(Consumer<Scene> events) {
            this.events = events;
        }

        Scene scene() {
            Scene scene = new Scene();
            events.accept(scene);
            return scene;
        }

        private static void lose(Scene scene) {
            scene.start(scene.registrar);
            scene.etcd.be(FakeEtcd.Mode.DOWN);
            scene.seconds(8);
        }
    }

    private static List<String> changes(Scene scene) {
        return scene.changes.stream().map(StateDiagramTest::change).toList();
    }

    private static String change(RegistrationChange change) {
        return change.previous() + " to " + change.current();
    }

    private static Set<String> documented(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern).matcher(Files.readString(file)).results()
                .map(found -> found.group(1) + " to " + found.group(2)).collect(Collectors.toSet());
    }
}
