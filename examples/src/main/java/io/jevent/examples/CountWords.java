package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jevent.buffer.BufferPosition;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.LineEnd;
import java.io.IOException;
import java.util.Optional;

/**
 * Takes the first line out of a buffer and counts how often a text occurs in the rest. The book's two examples for
 * lines and searching (R7).
 *
 * <p>Better here: the line has a greatest length, which reading it does not have by itself; and a position that
 * outlives a change of the buffer throws instead of pointing somewhere.
 */
public final class CountWords {
    private static final int MAX_LINE_BYTES = 8000;

    private CountWords() {}

    /** Counts the first argument in the second, or "an" in "banana". */
    public static void main(String[] args) throws IOException {
        String word = args.length > 1 ? args[0] : "an";
        String text = args.length > 1 ? args[1] : "GET /fruit\r\nbanana, an answer\n";
        try (EvBuffer buffer = EvBuffer.create()) {
            buffer.addUtf8(text);
            System.out.println("first line: " + firstLine(buffer).orElse("(not all of it is here)"));
            System.out.println("behind it:  " + count(buffer, word.getBytes(US_ASCII)));
        }
    }

    /**
     * Takes one line out, with a carriage return before its end or without.
     *
     * @return the line, or nothing while it is incomplete
     * @throws IOException if it is too long
     */
    static Optional<String> firstLine(EvBuffer buffer) throws IOException {
        Optional<String> line = buffer.readLine(LineEnd.CRLF, US_ASCII);
        if (line.map(String::length).orElse((int) Math.min(buffer.length(), Integer.MAX_VALUE)) > MAX_LINE_BYTES) {
            throw new IOException("need a line of at most " + MAX_LINE_BYTES + " bytes");
        }
        return line;
    }

    /** {@return how often a text occurs, not counting those that begin inside another} */
    static int count(EvBuffer buffer, byte[] word) {
        if (word.length == 0) {
            throw new IllegalArgumentException("need a text of at least one byte");
        }
        int count = 0;
        Optional<BufferPosition> found = buffer.positionAt(0).search(word);
        while (found.isPresent()) {
            count++;
            found = found.get().plus(word.length).search(word);
        }
        return count;
    }
}
