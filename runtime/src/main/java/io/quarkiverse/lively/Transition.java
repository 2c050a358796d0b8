package io.quarkiverse.lively;

import java.time.Instant;

import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * One change of a service, as its history has it.
 *
 * @param since when it happened, by the clock of who made it
 * @param status what was declared
 * @param reason why
 * @param by who made it: the incarnation of the process that keeps the service alive, {@code type@host} of the
 *        application that spoke for an operator, or {@code unknown} for a client that keeps no history (os-lively)
 */
public record Transition(Instant since, Status status, Reason reason, String by) {

    /** For a log: one line without control characters. */
    @Override
    public String toString() {
        return "Transition[since=" + since + ", status=" + status + ", reason=" + reason + ", by=" + PrintableText.of(by) + "]";
    }
}
