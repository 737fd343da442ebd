package io.jevent.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Whether a private key and a public one belong together: what the one signs, the other verifies. */
final class KeyMatch {
    private static final byte[] MESSAGE = {'j', 'e', 'v', 'e', 'n', 't'};

    private KeyMatch() {}

    static boolean of(PrivateKey own, PublicKey published) throws GeneralSecurityException {
        String algorithm = switch (own.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(own);
        signing.update(MESSAGE);
        byte[] signed = signing.sign();
        Signature verifying = Signature.getInstance(algorithm);
        verifying.initVerify(published);
        verifying.update(MESSAGE);
        return verifying.verify(signed);
    }
}
