package io.jevent.tests.logging;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Takes what is logged under a name, in place of the console, until it is closed. */
public final class LogCapture implements AutoCloseable {
    private final BlockingQueue<LogRecord> records = new LinkedBlockingQueue<>();
    private final Logger logger;
    private volatile boolean isBroken;

    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            records.add(logged);
            if (isBroken) {
                throw new IllegalStateException("disk full");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** Takes from now on. */
    public LogCapture(String name) {
        logger = Logger.getLogger(name);
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    /** What was logged and not taken from here yet. */
    public BlockingQueue<LogRecord> records() {
        return records;
    }

    /** From now on the log's handler throws, after it has taken the record. */
    public void breaks() {
        isBroken = true;
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }
}
