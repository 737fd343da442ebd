package io.jevent.tool;

import java.io.Serial;

/** Ends a command with one line for the user. */
final class ToolFailure extends RuntimeException {
    /** The network failed, or what it brought was wrong. */
    static final int NETWORK = 1;

    /** The command was called wrongly. */
    static final int USAGE = 2;

    @Serial
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private ToolFailure(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    static ToolFailure network(String message, Throwable cause) {
        return new ToolFailure(NETWORK, message, cause);
    }

    static ToolFailure usage(String message, Throwable cause) {
        return new ToolFailure(USAGE, message, cause);
    }

    int exitCode() {
        return exitCode;
    }
}
