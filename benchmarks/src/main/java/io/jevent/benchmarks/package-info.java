/**
 * What is measured, and the program that prints how long it takes. {@code src/main/c} holds the same on libevent, under
 * the same names.
 */
@NullMarked
package io.jevent.benchmarks;

import org.jspecify.annotations.NullMarked;
