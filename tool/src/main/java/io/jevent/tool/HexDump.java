package io.jevent.tool;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import java.util.function.Consumer;

/** Prints the bytes that pass, sixteen a line: arrow, offset, hex, ASCII. What is sent has {@code >}, what comes {@code <}. */
final class HexDump implements BufferFilter {
    private static final int PER_LINE = 16;

    /** So much is printed at once, and passed on. */
    private static final int PIECE_BYTES = 4096;

    private static final String DIGITS = "0123456789abcdef";

    private final String label;
    private final Consumer<String> out;
    private long inputOffset;
    private long outputOffset;

    private HexDump(String label, Consumer<String> out) {
        this.label = label;
        this.out = out;
    }

    /** Puts a dump on a connection; each line begins with the label. Closing what is returned closes the connection. */
    static BufferEvent on(BufferEvent connection, String label, Consumer<String> out) {
        return FilterBufferEvent.create(connection, new HexDump(label, out), BufferEventOption.CLOSE_ON_FREE);
    }

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        inputOffset += pass("< ", inputOffset, source, target, maxBytes);
        return FilterResult.OK;
    }

    @Override
    public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        outputOffset += pass("> ", outputOffset, source, target, maxBytes);
        return FilterResult.OK;
    }

    private long pass(String arrow, long offset, EvBuffer source, EvBuffer target, long maxBytes) {
        byte[] piece = new byte[(int) Math.min(Math.min(maxBytes, source.length()), PIECE_BYTES)];
        source.remove(piece, 0, piece.length);
        target.add(piece);
        StringBuilder text = new StringBuilder();
        for (int start = 0; start < piece.length; start += PER_LINE) {
            appendLine(text.append(label).append(arrow), offset + start, piece, start);
        }
        if (!text.isEmpty()) {
            out.accept(text.substring(0, text.length() - 1));
        }
        return piece.length;
    }

    private static void appendLine(StringBuilder text, long offset, byte[] bytes, int start) {
        for (int shift = 28; shift >= 0; shift -= 4) {
            text.append(DIGITS.charAt((int) (offset >>> shift) & 15));
        }
        int end = Math.min(start + PER_LINE, bytes.length);
        for (int i = start; i < start + PER_LINE; i++) {
            text.append(i == start + PER_LINE / 2 ? "  " : " ");
            if (i < end) {
                text.append(DIGITS.charAt(bytes[i] >> 4 & 15)).append(DIGITS.charAt(bytes[i] & 15));
            } else {
                text.append("  ");
            }
        }
        text.append("  |");
        for (int i = start; i < end; i++) {
            text.append(bytes[i] >= ' ' && bytes[i] <= '~' ? (char) bytes[i] : '.');
        }
        text.append("|\n");
    }
}
