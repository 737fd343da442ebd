package io.jevent.bufferevent;

import java.io.IOException;

/**
 * What came of reading the files of a {@link io.jevent.tls.TlsContext} again.
 *
 * <p>Threading: immutable, share freely.
 */
public sealed interface TlsReloadResult {
    /** New connections use what was read. */
    record Reloaded() implements TlsReloadResult {}

    /**
     * Something could not be read or used: new connections use what they used before.
     *
     * @param cause what is wrong, with the name of the file
     */
    record Kept(IOException cause) implements TlsReloadResult {}
}
