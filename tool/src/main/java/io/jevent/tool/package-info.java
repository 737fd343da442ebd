/** The {@code jevent} command: picocli commands over the public API. */
@NullMarked
package io.jevent.tool;

import org.jspecify.annotations.NullMarked;
