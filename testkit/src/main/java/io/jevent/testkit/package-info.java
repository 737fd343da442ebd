/**
 * Time and the network as parameters of a test.
 *
 * <ul>
 *   <li>{@link io.jevent.testkit.SimulatedNetwork} is a network in memory with a clock of its own; {@link
 *       io.jevent.testkit.Faults} says what goes wrong on it. For testing a protocol: many seeds, any faults.
 *   <li>{@link io.jevent.testkit.LoopRig} wraps a base on it, or on a backend of the system, for one test, and fails the test
 *       when something is left over.
 *   <li>{@link io.jevent.testkit.PropertyRunner} runs random sequences and shrinks those that fail.
 *   <li>{@link io.jevent.testkit.ScriptedBackend} does exactly what a test says, step by step: for cases such as "this write
 *       takes three bytes, the next fails".
 *   <li>{@link io.jevent.testkit.ManualClock} stands still until it is moved; both backends move one.
 * </ul>
 *
 * <p>Everything here belongs to the thread of the test. Nothing needs a test framework: what fails throws {@link
 * java.lang.AssertionError}.
 */
@NullMarked
package io.jevent.testkit;

import org.jspecify.annotations.NullMarked;
