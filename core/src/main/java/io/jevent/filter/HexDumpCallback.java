package io.jevent.filter;

/**
 * Takes the lines of a {@link HexDumpFilter}.
 *
 * <p>Threading: called on the loop's thread.
 */
@FunctionalInterface
public interface HexDumpCallback {
    /**
     * Called for each line. It must not touch the buffer event. If it throws, nothing more is printed.
     *
     * @param line without a line end
     */
    void onLine(String line);
}
