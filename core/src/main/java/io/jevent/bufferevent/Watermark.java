package io.jevent.bufferevent;

/**
 * Byte counts that decide when a {@link BufferEvent} calls back and when it stops asking for more.
 *
 * <p>Input side: the read callback runs when bytes arrive and at least {@code low} now wait in the input buffer; the
 * transport is not read again until fewer than {@code high} wait there, and never beyond {@code high}. Output side: the
 * write callback runs once at most {@code low} bytes are still unsent; above {@code high} the buffer event is not writable until
 * at most {@code low} bytes are unsent, but no byte is refused.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param low bytes, at least 0
 * @param high bytes, at least {@code low} and at least 1; {@link #UNLIMITED} never pauses reading
 * @see BufferEvent#inputWatermark(Watermark)
 * @see "libevent bufferevent_setwatermark()"
 */
public record Watermark(long low, long high) {
    /** A high mark that is never reached. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** The input side's default: every byte calls back, reading never pauses. */
    public static final Watermark DEFAULT_INPUT = new Watermark(0, UNLIMITED);

    /** The output side's default: calls back when all is sent; 64 KiB unsent is much. */
    public static final Watermark DEFAULT_OUTPUT = new Watermark(0, 64 * 1024);

    /**
     * Checks the marks.
     *
     * @throws IllegalArgumentException unless {@code 0 <= low <= high} and {@code high >= 1}
     */
    public Watermark {
        if (low < 0 || high < low || high < 1) {
            throw new IllegalArgumentException("need 0 <= low <= high and high >= 1, got low=" + low + " high=" + high);
        }
    }
}
