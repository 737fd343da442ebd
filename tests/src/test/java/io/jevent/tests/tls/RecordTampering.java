package io.jevent.tests.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What becomes of which record, as the bytes of a fuzzer say: four for each change, the number of the record first. */
final class RecordTampering implements TamperedTls.Tampering {
    private static final int CHANGE_BYTES = 4;
    private static final int HEADER_BYTES = 5;

    /** Set once there is somebody to end and to reset. */
    TamperedTls ends;

    private final byte[] changes;
    private byte[] heldBack;
    private int number;

    RecordTampering(byte[] changes) {
        this.changes = changes;
    }

    @Override
    public List<byte[]> instead(byte[] record) {
        List<byte[]> sent = new ArrayList<>(List.of(record));
        int own = number++;
        for (int at = 0; at + CHANGE_BYTES <= changes.length; at += CHANGE_BYTES) {
            if ((changes[at] & 0x3f) == own) {
                change(sent, changes[at + 1] & 0xff, changes[at + 2] & 0xff, changes[at + 3]);
            }
        }
        if (heldBack != null && !sent.isEmpty()) {
            sent.add(heldBack);
            heldBack = null;
        }
        return sent;
    }

    /** Sends what waits for a later record, when there is none. */
    void letGo() {
        if (heldBack != null) {
            ends.send(heldBack);
        }
    }

    private void change(List<byte[]> sent, int what, int place, byte value) {
        if (sent.isEmpty() || sent.getLast().length < HEADER_BYTES) {
            return;
        }
        byte[] last = sent.removeLast();
        int at = (place | ((what & 0xf0) << 4)) % last.length;
        switch (what & 15) {
            case 0 -> {
                byte[] flipped = last.clone();
                flipped[at] ^= value;
                sent.add(flipped);
            }
            case 1 -> sent.add(Arrays.copyOf(last, at)); // And the header says more.
            case 2 -> sent.add(content(last, Arrays.copyOfRange(last, HEADER_BYTES, Math.max(HEADER_BYTES, at))));
            case 3 -> {
                for (int i = (value & 0x7f) + 1; i >= 0; i--) {
                    sent.add(last);
                }
            }
            case 4 -> heldBack = last;
            case 5 ->
                sent.add(content(last, Arrays.copyOfRange(last, HEADER_BYTES, last.length + 64 * (value & 0xff))));
            case 6 -> sent.add(content(last, changes));
            case 7 -> {} // It is lost.
            case 8 -> sent.addAll(RawTlsPeer.fragments(last, 1 + (value & 0xff)));
            case 9 -> {
                last[0] = value;
                sent.add(last);
            }
            case 10 -> {
                sent.add(RawTlsPeer.record(20 + (value & 3), changes));
                sent.add(last);
            }
            case 11 -> {
                sent.add(last);
                sent.add(changes);
            }
            case 12 -> { // An alert in clear: how bad, and which.
                sent.add(RawTlsPeer.record(21, (byte) (1 + (place & 1)), value));
                sent.add(last);
            }
            case 13 -> pieces(sent, last, 1 + (value & 0xff));
            default -> end(last, at, (what & 1) == 0);
        }
    }

    private static byte[] content(byte[] record, byte[] content) {
        byte[] changed = RawTlsPeer.record(record[0], content);
        changed[2] = record[2];
        return changed;
    }

    /** The same bytes, in more than one turn. */
    private void pieces(List<byte[]> sent, byte[] last, int pieceBytes) {
        if (ends == null) {
            sent.add(last);
            return;
        }
        sent.forEach(ends::send);
        sent.clear();
        for (int from = 0; from < last.length; from += pieceBytes) {
            sent.add(Arrays.copyOfRange(last, from, Math.min(last.length, from + pieceBytes)));
        }
    }

    private void end(byte[] last, int at, boolean resets) {
        if (ends == null) {
            return;
        }
        ends.send(Arrays.copyOf(last, at));
        if (resets) {
            ends.reset();
        } else {
            ends.end();
        }
    }
}
