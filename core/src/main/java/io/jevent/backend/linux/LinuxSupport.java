package io.jevent.backend.linux;

import java.util.Locale;
import java.util.Optional;

/** Whether this JVM, on this machine, can call Linux. */
final class LinuxSupport {
    private LinuxSupport() {}

    /** Why it cannot, in one line, or nothing if it can. Asks without making the JVM warn. */
    static Optional<String> missing() {
        String system = System.getProperty("os.name");
        if (!system.toLowerCase(Locale.ROOT).equals("linux")) {
            return Optional.of("needs Linux, this is " + system);
        }
        String architecture = System.getProperty("os.arch");
        if (!EpollEvent.isPacked(architecture) && !architecture.equals("aarch64")) {
            return Optional.of("needs x86-64 or aarch64, this is " + architecture);
        }
        Module module = LinuxSupport.class.getModule();
        if (!module.isNativeAccessEnabled()) {
            return Optional.of("needs native access: start java with --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED"));
        }
        return Optional.empty();
    }

    /** Opens something for a moment. */
    @FunctionalInterface
    interface Probe {
        /** Opens and closes it. */
        void run() throws Exception;
    }

    /** Why a probe fails, in one line, or nothing if it does not. */
    @SuppressWarnings("IllegalCatch") // linkage errors too: whatever it is, another backend is taken
    static Optional<String> failureOf(Probe probe) {
        try {
            probe.run();
            return Optional.empty();
        } catch (Exception | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return Optional.of("the system refuses it: " + cause.getMessage());
        }
    }
}
