package io.jevent.tool;

import java.util.Arrays;

/** What the demo sends: a stream in which every position of every client has its own neighbourhood. */
final class DemoPattern {
    /** A prime, so that the period meets no power of two. */
    private static final int PERIOD = 4093;

    private final byte[] bytes;

    DemoPattern(int messageBytes) {
        bytes = new byte[PERIOD + Math.max(messageBytes, PERIOD)];
        for (int i = 0; i < bytes.length; i++) {
            int position = i % PERIOD;
            bytes[i] = (byte) (position * 31 + position / 256 * 7);
        }
    }

    byte[] source() {
        return bytes;
    }

    /** Where in {@link #source()} the bytes of a client's stream position are. */
    int offset(int client, long position) {
        return (int) ((position + client * 997L) % PERIOD);
    }

    /** The index of the first wrong one of {@code count} received bytes, or -1. */
    int firstWrong(int client, long position, byte[] received, int count) {
        int done = 0;
        while (done < count) {
            int from = offset(client, position + done);
            int length = Math.min(count - done, bytes.length - from);
            int wrong = Arrays.mismatch(received, done, done + length, bytes, from, from + length);
            if (wrong >= 0) {
                return done + wrong;
            }
            done += length;
        }
        return -1;
    }
}
