/** One small program a file. */
@NullMarked
package io.jevent.examples;

import org.jspecify.annotations.NullMarked;
