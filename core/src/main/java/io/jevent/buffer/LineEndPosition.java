package io.jevent.buffer;

/**
 * Where a line ends in an {@link EvBuffer}.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param index index of the first byte of the line end, which is also the length of the line when it began at 0
 * @param byteCount bytes of the line end itself, at least 1
 * @see EvBuffer#findLineEnd(LineEnd, long)
 * @see "libevent evbuffer_search_eol()"
 */
public record LineEndPosition(long index, long byteCount) {}
