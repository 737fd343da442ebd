package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jevent.buffer.EvBuffer;
import java.util.List;

/**
 * Builds a message whose head needs the length of its body, so that the body comes first. The book's fragments on
 * appending, formatted text, prepending and moving (R7), in one piece.
 *
 * <p>Better here: text is UTF-8 and numbers are formatted alike wherever the program runs; moving the body copies at
 * most the end of it; and an end that must not change any more is frozen, so that a mistake throws.
 */
public final class BuildMessage {
    private BuildMessage() {}

    /** Prints a message with the lines given, or a few, as its body. */
    public static void main(String[] args) {
        List<String> lines = args.length > 0 ? List.of(args) : List.of("first", "second", "Grüße");
        try (EvBuffer message = EvBuffer.create()) {
            build(lines, message);
            System.out.print(message.removeString(UTF_8));
        }
    }

    /** Appends a message to a buffer, which may be a buffer event's output. */
    static void build(List<String> lines, EvBuffer target) {
        try (EvBuffer message = EvBuffer.create()) {
            int number = 0;
            for (String line : lines) {
                number++;
                message.addFormatted("%3d %s\n", number, line);
            }
            message.freeze(EvBuffer.End.END); // The length is told now; nothing may be added behind it.
            message.prepend(head(message.length()));
            target.addBuffer(message); // An output takes no prepending, so the message was built apart.
        }
    }

    private static byte[] head(long length) {
        return "LENGTH %d\r\n\r\n".formatted(length).getBytes(UTF_8);
    }
}
