/**
 * One case for each door that is open to other threads. A case that ends in a forbidden outcome is a bug of the library's or
 * of its documentation.
 */
@NullMarked
package io.jevent.stress;

import org.jspecify.annotations.NullMarked;
