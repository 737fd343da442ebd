/** The backend on {@link java.nio.channels.Selector}: portable, always there, no JVM flag needed. */
@NullMarked
package io.jevent.backend.nio;

import org.jspecify.annotations.NullMarked;
