package io.jevent.tool;

import io.jevent.tls.TlsContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was said about TLS as a client, under whatever names.
 *
 * @param prefix of the options' names, behind the two dashes
 * @param isOn whether TLS is wanted at all
 * @param authorities whom to trust; null for whom the JDK does
 * @param insecure whether to trust everybody
 * @param serverName the name to ask for; null for the host
 * @param certificate to show, if any
 * @param key its key, if it is in another file
 * @param applicationProtocols to offer, best first
 * @param least oldest version to speak; null for the default
 */
record ClientLetters(
        String prefix,
        boolean isOn,
        @Nullable Path authorities,
        boolean insecure,
        @Nullable String serverName,
        @Nullable Path certificate,
        @Nullable Path key,
        List<String> applicationProtocols,
        @Nullable TlsVersion least) {
    /** What to connect with; nothing in clear. */
    Optional<TlsContext> context() {
        if (!isOn) {
            refuseWithoutTls();
            return Optional.empty();
        }
        if (insecure && authorities != null) {
            throw TlsSetup.usage("need " + letter("ca") + " or " + letter("insecure") + ", got both");
        }
        if (certificate == null && key != null) {
            throw TlsSetup.usage("need " + letter("cert") + " with " + letter("key"));
        }
        TlsContext.Builder builder = TlsContext.builder();
        if (insecure) {
            builder.trustEverybody();
        } else if (authorities != null) {
            builder.trust(authorities);
        }
        if (certificate != null) {
            builder.certificate(certificate, key == null ? certificate : key);
        }
        TlsSetup.protocols(builder, least, applicationProtocols);
        return Optional.of(TlsSetup.build(builder));
    }

    private String letter(String name) {
        return "--" + prefix + name;
    }

    private void refuseWithoutTls() {
        needsTls(authorities != null, "ca");
        needsTls(insecure, "insecure");
        needsTls(serverName != null, "servername");
        needsTls(certificate != null, "cert");
        needsTls(key != null, "key");
        needsTls(!applicationProtocols.isEmpty(), "alpn");
        needsTls(least != null, "tls-min");
    }

    private void needsTls(boolean given, String name) {
        TlsSetup.needs(given, letter(name), letter("tls"));
    }
}
