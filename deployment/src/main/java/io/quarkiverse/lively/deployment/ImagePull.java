package io.quarkiverse.lively.deployment;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

import org.testcontainers.utility.DockerImageName;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;

/**
 * Pulls an image that Docker does not have yet. Left to itself, Testcontainers retries a failed pull for two minutes.
 *
 * @param patience how long a pull is retried after its first failure. A pull without progress for that long has failed, too
 */
record ImagePull(DockerClient docker, DockerImageName image, Duration patience) {

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofMillis(100);

    /** Whether Docker does not have the image. */
    boolean isNeeded() {
        try {
            docker.inspectImageCmd(image.asCanonicalNameString()).exec();
            return false;
        } catch (NotFoundException e) {
            return true;
        }
    }

    /**
     * Returns once Docker has the image. A pull that makes progress may take any time.
     *
     * @throws IllegalStateException if the image cannot be pulled
     */
    void run() {
        Optional<String> failure = attempt(patience);
        long deadline = System.nanoTime() + patience.toNanos();
        while (failure.isPresent()) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime()).minus(PAUSE);
            if (left.isNegative() || left.isZero()) {
                throw new IllegalStateException("Docker cannot pull the image: " + failure.get());
            }
            pause(PAUSE);
            failure = attempt(left);
        }
    }

    /** @return why it has failed; empty if Docker has the image now */
    private Optional<String> attempt(Duration withoutProgress) {
        try (Progress progress = new Progress()) {
            docker.pullImageCmd(image.getUnversionedPart()).withTag(image.getVersionPart()).exec(progress);
            while (!progress.hasEnded()) {
                if (progress.isOlderThan(withoutProgress)) {
                    return Optional.of("no progress for " + withoutProgress.toSeconds() + " s");
                }
                pause(POLL);
            }
            return isNeeded() ? Optional.of(progress.lastLine) : Optional.empty();
        } catch (DockerException | IOException e) {
            return Optional.of(String.valueOf(e.getMessage()).strip());
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while Docker pulls the image", e);
        }
    }

    /** Not the adapter of the client: that logs each failure as an error, with its stack trace. */
    private static final class Progress implements ResultCallback<PullResponseItem> {

        private volatile long latest = System.nanoTime();
        private volatile String lastLine = "no reason given";
        private volatile boolean ended;
        private volatile Closeable stream = () -> {
        };

        @Override
        public void onStart(Closeable ofAnswer) {
            stream = ofAnswer;
        }

        @Override
        public void onNext(PullResponseItem item) {
            latest = System.nanoTime();
            String line = item.getErrorDetail() == null ? item.getStatus() : item.getErrorDetail().getMessage();
            if (line != null) {
                lastLine = line;
            }
        }

        @Override
        public void onError(Throwable failure) {
            lastLine = String.valueOf(failure.getMessage()).strip();
            ended = true;
        }

        @Override
        public void onComplete() {
            ended = true;
        }

        boolean hasEnded() {
            return ended;
        }

        boolean isOlderThan(Duration time) {
            return System.nanoTime() - latest > time.toNanos();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
