package io.jevent.tests.buffer;

import io.jevent.buffer.LineEnd;

/** Where a line ends, found the slow way. */
record LineModel(int index, int byteCount) {
    static LineModel find(byte[] bytes, LineEnd style) {
        for (int i = 0; i < bytes.length; i++) {
            boolean feedNext = i + 1 < bytes.length && bytes[i + 1] == '\n';
            int length = switch (style) {
                case LF -> bytes[i] == '\n' ? 1 : 0;
                case NUL -> bytes[i] == 0 ? 1 : 0;
                case CRLF_STRICT -> bytes[i] == '\r' && feedNext ? 2 : 0;
                case CRLF -> bytes[i] == '\n' ? 1 : bytes[i] == '\r' && feedNext ? 2 : 0;
                case ANY -> runOfEnds(bytes, i);
            };
            if (length > 0) {
                return new LineModel(i, length);
            }
        }
        return null;
    }

    private static int runOfEnds(byte[] bytes, int from) {
        int end = from;
        while (end < bytes.length && (bytes[end] == '\n' || bytes[end] == '\r')) {
            end++;
        }
        return end - from;
    }
}
