package io.jevent.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The little of DER (X.690) that keys and certificates need. */
final class Der {
    static final int INTEGER = 0x02;
    static final int BITS = 0x03;
    static final int OCTETS = 0x04;
    static final int OBJECT = 0x06;
    static final int UTF8 = 0x0c;
    static final int TIME = 0x17;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    /** Of its own meaning in each structure; the number is added. */
    static final int CONTEXT = 0x80;

    static final int CONTEXT_CONSTRUCTED = 0xa0;

    private Der() {}

    /** One element: a tag, and its content in parts. */
    static byte[] of(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (length < 0x80) {
            whole.write(length);
        } else if (length < 0x100) {
            whole.write(0x81);
            whole.write(length);
        } else if (length < 0x10000) {
            whole.write(0x82);
            whole.write(length >> 8);
            whole.write(length);
        } else {
            throw new IllegalArgumentException("need less than 65,536 bytes, got " + length);
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }

    /** The name of an algorithm or an attribute, by its numbers. */
    static byte[] object(int... numbers) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(numbers[0] * 40 + numbers[1]);
        for (int number : Arrays.copyOfRange(numbers, 2, numbers.length)) {
            for (int shift = 28; shift > 0; shift -= 7) {
                if (number >>> shift != 0) {
                    content.write(((number >>> shift) & 0x7f) | 0x80);
                }
            }
            content.write(number & 0x7f);
        }
        return of(OBJECT, content.toByteArray());
    }

    /** Where the content of the element at an index begins. */
    static int contentOf(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    /** How long the content of the element at an index is. */
    static int lengthOf(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < first - 0x80; i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        if (length < 0 || length > der.length) {
            throw new IndexOutOfBoundsException("an element of " + length + " bytes in " + der.length);
        }
        return length;
    }
}
