package io.jevent.loop;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The way from a public event base to its engine, for the packages above; the event base class registers it. */
public final class LoopAccess {
    private static volatile @Nullable Function<Object, LoopEngine> accessor;

    private LoopAccess() {}

    /** Called once, by the static initializer of the event base class. */
    public static void register(Function<Object, LoopEngine> engineOf) {
        accessor = engineOf;
    }

    /** The engine of an event base. */
    public static LoopEngine engineOf(Object base) {
        return Objects.requireNonNull(accessor, "no event base class is loaded").apply(base);
    }
}
