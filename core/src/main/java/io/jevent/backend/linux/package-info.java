/**
 * The backends on Linux's own calls, through {@code java.lang.foreign}: epoll and io_uring. They need native access
 * ({@code --enable-native-access}); without it nothing here is touched.
 *
 * <p>Bottom to top: {@link io.jevent.backend.linux.Libc} makes the calls, {@link io.jevent.backend.linux.SocketAddressCodec} and
 * {@link io.jevent.backend.linux.Sockets} turn them into sockets, and above those each backend waits in its way.
 * Channels that users opened themselves are waited for by a thread of their own ({@link
 * io.jevent.backend.linux.AuxiliarySelector}).
 */
@NullMarked
package io.jevent.backend.linux;

import org.jspecify.annotations.NullMarked;
