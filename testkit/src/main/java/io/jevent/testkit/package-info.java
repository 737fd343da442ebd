/** A clock moved by hand, and a backend that does what the test's script says. */
@NullMarked
package io.jevent.testkit;

import org.jspecify.annotations.NullMarked;
