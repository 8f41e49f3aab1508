package dev.sluice.proxy.throttle;

import java.util.List;

/** One kind of backfills: what presses them, and the pace that follows. Not thread-safe; moments are one monotonic clock's. */
final class Paced {

    private Pressure pressure = Pressure.NONE;
    private Pace pace = Pace.FULL;
    private long pacedAt;
    /** Whether something has held them back since the pace was last full. */
    private boolean hurt;

    Pressure pressure() {
        return pressure;
    }

    Pace pace() {
        return pace;
    }

    boolean hurt() {
        return hurt;
    }

    /** What holds them back, in words. */
    String reason() {
        return pressure.reason().isEmpty() ? "speeds up" : pressure.reason();
    }

    /** Somebody begins, and nobody was at work. */
    void begin(Pace first, long now) {
        pace = first;
        pacedAt = now;
        hurt = false;
    }

    void sensed(List<Reading> readings) {
        pressure = Pressure.of(readings);
    }

    /**
     * @param others how many requests of others are under way on average; 0: nobody uses the database
     * @param ours whether it is backfills that hurt, as far as can be told
     * @param ceiling no more than that in any case
     * @param tried whether somebody has been about to use it lately: what nobody has tried is not known to be borne
     */
    void step(double others, boolean ours, Ceiling ceiling, boolean tried, long now) {
        Pace next = ceiling.over(PaceController.next(pace, pressure, others, ours, Math.max(0, now - pacedAt)));
        pace = tried || others == 0 || pace.standing() || next.share() <= pace.share() ? next : pace;
        pacedAt = now;
        hurt = !pace.full() && (hurt || pressure.level() > 0);
    }
}
