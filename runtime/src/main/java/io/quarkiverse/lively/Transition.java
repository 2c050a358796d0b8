package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Optional;

import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * One change of a service, as its history has it.
 *
 * @param since when it happened, by the clock of its writer. For an end without a word ({@link Reason#EXPIRED}), when the next
 *        claim noticed it: it was after the entry before
 * @param status what was declared then. UP for an end without a word: no process has declared DOWN
 * @param reason why. {@link Reason#EXPIRED} is written only if another process claims the service later
 * @param by the writer. For the process that kept the service alive: {@code type@host} of the application (also of a further
 *        service, which has another name) and the first eight characters of the id of its start, as in
 *        {@code inventory@host-1 (3f2a9c1b)}; an entry of an early version of Lively has the whole id alone. For a DOWN that
 *        another party has ordered, and for the end of that DOWN if a party has lifted it: the name of that party, by default
 *        {@code type@host} of its application. {@code unknown} for an end without a word, and for a client that keeps no
 *        history (os-lively)
 * @param note of the maintenance, at most 500 characters of it; for an end without a word, a sentence that explains it; empty
 *        if there is none
 */
public record Transition(Instant since, Status status, Reason reason, String by, Optional<String> note) {

    /** For a log: one line without control characters. */
    @Override
    public String toString() {
        return "Transition[since=" + since + ", status=" + status + ", reason=" + reason + ", by=" + PrintableText.of(by)
                + ", note=" + note.map(PrintableText::of) + "]";
    }
}
