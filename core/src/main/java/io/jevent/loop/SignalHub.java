package io.jevent.loop;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who watches which signal in this process. The first watcher of a signal takes it from the JVM, the last one gives it back.
 *
 * <p>The JDK's hook is {@code sun.misc.Signal} in module {@code jdk.unsupported}. It is reached by reflection, since the
 * compiler refuses strict builds a direct reference, and since an image without that module must work but for signals.
 *
 * <p>Threading: any thread.
 */
public final class SignalHub {
    private static final SignalHub INSTANCE = new SignalHub();

    /** Guarded by this. */
    private final Map<String, Watched> watched = new HashMap<>();

    private SignalHub() {}

    /** A signal that is watched. */
    private static final class Watched {
        /** Replaced, never changed: signals arrive on a thread of the JVM's. */
        volatile List<Runnable> watchers = List.of();

        /** What handled the signal before. */
        @Nullable
        Object before;
    }

    /**
     * Throws unless the signal exists and the JVM leaves it to programs.
     *
     * @throws IllegalArgumentException if there is no such signal
     */
    public static void check(String name) {
        hook().signal(name);
    }

    /**
     * Calls a watcher on a thread of the JVM's whenever the signal is raised.
     *
     * @throws IllegalArgumentException if there is no such signal or the JVM keeps it for itself
     * @throws UnsupportedOperationException if this JVM has no module {@code jdk.unsupported}
     */
    public static void watch(String name, Runnable watcher) {
        INSTANCE.add(name, watcher);
    }

    /** Ends the calls; a no-op for who does not watch. */
    public static void unwatch(String name, Runnable watcher) {
        INSTANCE.remove(name, watcher);
    }

    private synchronized void add(String name, Runnable watcher) {
        Watched entry = watched.get(name);
        if (entry == null) {
            Watched fresh = new Watched();
            fresh.before = hook().handle(name, () -> fresh.watchers.forEach(Runnable::run));
            watched.put(name, fresh);
            entry = fresh;
        }
        List<Runnable> more = new ArrayList<>(entry.watchers);
        more.add(watcher);
        entry.watchers = List.copyOf(more);
    }

    private synchronized void remove(String name, Runnable watcher) {
        Watched entry = watched.get(name);
        if (entry == null) {
            return;
        }
        List<Runnable> rest = new ArrayList<>(entry.watchers);
        rest.remove(watcher);
        entry.watchers = List.copyOf(rest);
        if (rest.isEmpty()) {
            watched.remove(name);
            hook().restore(name, Objects.requireNonNull(entry.before));
        }
    }

    private static Hook hook() {
        Hook hook = HookHolder.HOOK;
        if (hook == null) {
            throw new UnsupportedOperationException(
                    "signals need the JDK's module jdk.unsupported; start the JVM with --add-modules jdk.unsupported");
        }
        return hook;
    }

    private static final class HookHolder {
        static final @Nullable Hook HOOK = Hook.find();
    }

    /** The JDK's class, by reflection. */
    private record Hook(Class<?> handlerType, Constructor<?> makeSignal, Method handle) {
        static @Nullable Hook find() {
            try {
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> handler = Class.forName("sun.misc.SignalHandler");
                return new Hook(
                        handler, signal.getConstructor(String.class), signal.getMethod("handle", signal, handler));
            } catch (ReflectiveOperationException _) {
                return null;
            }
        }

        Object signal(String name) {
            try {
                return makeSignal.newInstance(name);
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException("no signal is named " + name + " on this system", e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the JDK's signal hook fails", e);
            }
        }

        /** Makes an action handle a signal; returns what handled it before. */
        Object handle(String name, Runnable action) {
            return restore(
                    name,
                    Proxy.newProxyInstance(
                            SignalHub.class.getClassLoader(),
                            new Class<?>[] {handlerType},
                            (self, method, args) -> switch (method.getName()) {
                                case "handle" -> {
                                    action.run();
                                    yield null;
                                }
                                case "equals" -> self == args[0];
                                case "hashCode" -> System.identityHashCode(self);
                                default -> "jevent";
                            }));
        }

        Object restore(String name, Object handler) {
            try {
                return handle.invoke(null, signal(name), handler);
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException("the JVM keeps signal " + name + " for itself", e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("the JDK's signal hook fails", e);
            }
        }
    }
}
