package io.jevent.tests.buffer;

import java.util.Arrays;

/** What a buffer must do, done to an array of bytes. */
final class ByteModel {
    private ByteModel() {}

    static long indexOf(byte[] bytes, byte[] needle, int from, int to) {
        for (int i = from; i + needle.length <= to; i++) {
            if (Arrays.equals(bytes, i, i + needle.length, needle, 0, needle.length)) {
                return i;
            }
        }
        return -1;
    }

    static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    static byte[] tail(byte[] bytes, int index) {
        return Arrays.copyOfRange(bytes, index, bytes.length);
    }
}
