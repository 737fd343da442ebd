package io.jevent.buffer;

/**
 * What ends a line of text in an {@link EvBuffer}.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see EvBuffer#readLine(LineEnd)
 * @see "libevent enum evbuffer_eol_style"
 */
public enum LineEnd {
    /** Any run of carriage returns and line feeds, in any order, as one end; empty lines cannot be told. */
    ANY,

    /** A line feed, and a carriage return right before it where there is one; a lone carriage return is data. */
    CRLF,

    /** A carriage return and a line feed, nothing less. */
    CRLF_STRICT,

    /** One line feed; a carriage return before it is data. */
    LF,

    /** One byte of value 0. */
    NUL
}
