package io.quarkiverse.lively.runtime.text;

/**
 * Makes one harmless line of text from etcd, for a log, a message or a page. Every client that may write to etcd chooses names
 * and notes. A line break in a name could add lines to a log, an escape character could colour a terminal, and a change of
 * direction could let one name read like another one.
 * <p>
 * Records have names and notes as they are stored; their {@code toString} and the messages of exceptions are made harmless
 * already. This does not make text safe for HTML.
 */
public final class PrintableText {

    /** What is longer is cut off, so that a line stays a line. */
    private static final int LONGEST = 4096;
    private static final String SUBSTITUTE = "?";
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    private PrintableText() {
    }

    /**
     * The same text with a {@code ?} for each control character, line separator, invisible format character, and half of a
     * character; but for the joiners that scripts and emoji are written with. Past 4096 characters an ellipsis stands for
     * the rest.
     *
     * @return null for null
     */
    public static String of(String text) {
        if (text == null || text.length() <= LONGEST && text.codePoints().allMatch(PrintableText::isPrintable)) {
            return text;
        }
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            if (isPrintable(c)) {
                line.appendCodePoint(c);
            } else {
                line.append(SUBSTITUTE);
            }
        });
        return text.codePointCount(0, text.length()) > LONGEST ? line.append('…').toString() : line.toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> false;
            case Character.FORMAT -> c == ZERO_WIDTH_JOINER || c == ZERO_WIDTH_NON_JOINER;
            default -> true;
        };
    }
}
