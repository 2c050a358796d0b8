package io.quarkiverse.lively.benchmark;

import java.util.List;
import java.util.Locale;

/** Draws the share of its bar that each figure takes, with its confidence interval. A bar that ends left of the line is met. */
record Chart(List<Line> lines) {

    private static final int ROW = 26;
    private static final int LEFT = 560;
    private static final int WIDTH = 1180;
    /** A longer label leaves no room for the other side. */
    private static final int LONG = 50;
    /** The length of a figure that is exactly its bar. */
    private static final int FULL = 220;
    /** Longer ones are cut. */
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
        Interval interval = line.estimate().interval();
        double length = length(bar, line.estimate().value());
        double low = Math.min(length(bar, interval.low()), length(bar, interval.high()));
        double high = Math.max(length(bar, interval.low()), length(bar, interval.high()));
        String color = switch (line.verdict().orElseThrow()) {
            case MET -> "#3a7d5c";
            case MISSED -> "#c0562f";
            case UNDECIDED -> "#b9962f";
        };
        svg.append(String.format(Locale.ROOT, """
                <text x="%d" y="%d" text-anchor="end" fill="#222">%s</text>
                <rect x="%d" y="%d" width="%.1f" height="16" fill="%s"/>
                <line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#222" stroke-width="2"/>
                <text x="%.1f" y="%d" fill="#222">%s (%s) %s</text>
                """, LEFT - 8, y + 13, escaped(label(line)), LEFT, y, Math.max(1, length), color, LEFT + low, y + 8,
                LEFT + high, y + 8, LEFT + Math.max(length, high) + 6, y + 13,
                Line.number(line.estimate().value()) + " " + line.unit(), escaped(bar.describe(line.unit())),
                Report.verdict(line)));
    }

    private static double length(Bar bar, double value) {
        double share = bar.share(value);
        return FULL * (Double.isNaN(share) ? 0 : Math.max(0, Math.min(MOST, share)));
    }

    private static String label(Line line) {
        return line.against().isEmpty() || line.work().length() > LONG ? line.work() : line.work() + " : " + line.against();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
