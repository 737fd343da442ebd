package io.jevent.tool;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Runs something when the process is asked to end. It goes through the JDK's signal hook, reflectively: a direct reference
 * does not pass the strict compile, and a shutdown hook could not turn the exit code into 0.
 */
final class Signals {
    private Signals() {}

    /**
     * Runs an action, on a thread of the JVM, each time SIGINT or SIGTERM arrives. Where the JVM has no such hook, signals
     * go on ending the process as usual.
     */
    static void onTermination(Runnable action) {
        for (String name : new String[] {"INT", "TERM"}) {
            try {
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> handler = Class.forName("sun.misc.SignalHandler");
                Object proxy = Proxy.newProxyInstance(
                        Signals.class.getClassLoader(),
                        new Class<?>[] {handler},
                        (self, method, args) -> switch (method.getName()) {
                            case "handle" -> {
                                action.run();
                                yield null;
                            }
                            case "equals" -> self == args[0];
                            case "hashCode" -> System.identityHashCode(self);
                            default -> "signal handler";
                        });
                Object wanted = signal.getConstructor(String.class).newInstance(name);
                signal.getMethod("handle", signal, handler).invoke(null, wanted, proxy);
            } catch (ClassNotFoundException
                    | NoSuchMethodException
                    | InstantiationException
                    | IllegalAccessException e) {
                return;
            } catch (InvocationTargetException _) {
                // The JVM keeps this signal for itself, for instance under -Xrs.
            }
        }
    }
}
