/**
 * Memory by address, for channels that hand it to the system themselves. Nothing here knows who owns the memory: whoever fills
 * a vector keeps it alive until the call has ended.
 */
@NullMarked
package io.jevent.vector;

import org.jspecify.annotations.NullMarked;
