package io.quarkiverse.lively;

/** Fewer services of a type would be left UP than the caller wants to keep. Nothing was written. */
public final class TooFewUpException extends LivelyException {

    private static final long serialVersionUID = 1L;

    private final String type;
    private final int left;

    public TooFewUpException(String type, int left, int minUp) {
        super("Of the type " + type + " only " + left + " services would be left UP, and at least " + minUp
                + " are to stay so: take fewer of them down", null);
        this.type = type;
        this.left = left;
    }

    /** The type of which too few would be left. */
    public String type() {
        return type;
    }

    /** How many would be left. */
    public int left() {
        return left;
    }
}
