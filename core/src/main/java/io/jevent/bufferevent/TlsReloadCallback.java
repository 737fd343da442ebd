package io.jevent.bufferevent;

/**
 * Is told that the files of a {@link io.jevent.tls.TlsContext} were read again.
 *
 * <p>Threading: called on the loop's thread.
 */
@FunctionalInterface
public interface TlsReloadCallback {
    /**
     * Files were read again, after they changed or because {@link TlsReloader#reload()} was called.
     *
     * @param result what came of it
     */
    void onReload(TlsReloadResult result);
}
