/**
 * The same echo on jevent, Netty and the JDK alone, and the program that measures them beside the servers of {@code
 * src/main/c/network}: {@code benchmarks/run}.
 */
@NullMarked
package io.jevent.benchmarks.network;

import org.jspecify.annotations.NullMarked;
