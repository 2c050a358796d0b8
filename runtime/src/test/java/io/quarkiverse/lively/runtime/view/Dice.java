package io.quarkiverse.lively.runtime.view;

import java.util.Random;

/** Draws services and their names. A few services are drawn so often that writers meet at them. */
record Dice(Random random) {

    static final int SERVICES = 50;
    static final int TYPES = 3;
    static final int REGIONS = 3;
    private static final int FIRST_BUSY = 5;
    private static final int BUSY = 3;

    Dice another() {
        return new Dice(new Random(random.nextLong()));
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int many) {
        return below(many) == 0;
    }

    String uuid() {
        return "u" + (oneIn(4) ? FIRST_BUSY + below(BUSY) : below(SERVICES));
    }

    String type() {
        return "t" + below(TYPES);
    }

    String region() {
        return "r" + below(REGIONS);
    }

    /** Its own host, most often, else the one of the service next to it: then they may want the same name. */
    String host(String uuid) {
        return oneIn(8) ? host(number(uuid) ^ 1) : host(number(uuid));
    }

    static String host(int number) {
        return "h" + number;
    }

    static int number(String uuid) {
        return Integer.parseInt(uuid.substring(1));
    }

    void pause(int milliseconds) {
        try {
            Thread.sleep(below(milliseconds));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
