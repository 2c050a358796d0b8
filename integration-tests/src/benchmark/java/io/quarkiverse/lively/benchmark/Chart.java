package io.quarkiverse.lively.benchmark;

import java.util.List;
import java.util.Locale;

/** Draws how much of its bar each figure takes: what ends left of the line has met it. */
record Chart(List<Line> lines) {

    private static final int ROW = 26;
    private static final int LEFT = 560;
    private static final int WIDTH = 1180;
    /** Of such a label there is no room for what it is held against. */
    private static final int LONG = 50;
    /** Of a bar that is just met. */
    private static final int FULL = 220;
    /** What is longer is cut. */
    private static final double MOST = 2;

    String svg() {
        List<Line> drawn = lines.stream().filter(line -> line.bar().isPresent()).toList();
        int height = 70 + ROW * drawn.size();
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="How much of its bar each \
                figure takes" font-family="sans-serif" font-size="13">
                <rect width="%d" height="%d" fill="#fff"/>
                <text x="%d" y="24" text-anchor="middle" fill="#333">the bar</text>
                """.formatted(WIDTH, height, WIDTH, height, LEFT + FULL));
        for (int i = 0; i < drawn.size(); i++) {
            row(svg, drawn.get(i), 40 + ROW * i);
        }
        svg.append("<line x1=\"%d\" y1=\"32\" x2=\"%d\" y2=\"%d\" stroke=\"#333\" stroke-dasharray=\"4 3\"/>\n</svg>\n".formatted(
                LEFT + FULL, LEFT + FULL, height - 20));
        return svg.toString();
    }

    private static void row(StringBuilder svg, Line line, int y) {
        Bar bar = line.bar().orElseThrow();
        double length = FULL * Math.max(0, Math.min(MOST, bar.share(line.value())));
        svg.append(String.format(Locale.ROOT, """
                <text x="%d" y="%d" text-anchor="end" fill="#222">%s</text>
                <rect x="%d" y="%d" width="%.1f" height="16" fill="%s"/>
                <text x="%.1f" y="%d" fill="#222">%s (%s)</text>
                """, LEFT - 8, y + 13, escaped(label(line)), LEFT, y,
                Math.max(1, length), line.isMet() ? "#3a7d5c" : "#c0562f", LEFT + length + 6, y + 13,
                Line.number(line.value()) + " " + line.unit(), escaped(bar.describe(line.unit()))));
    }

    private static String label(Line line) {
        return line.against().isEmpty() || line.work().length() > LONG ? line.work() : line.work() + " : " + line.against();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
