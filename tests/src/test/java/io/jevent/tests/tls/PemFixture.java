package io.jevent.tests.tls;

/** A certificate and its key as OpenSSL writes them, for nothing but tests. */
final class PemFixture {
    static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBgzCCASmgAwIBAgIUAeXNO+bt551R/QTWAoJ8mU0zhNIwCgYIKoZIzj0EAwIw
            FzEVMBMGA1UEAwwMZml4dHVyZS50ZXN0MB4XDTI2MTEyNTIzNDEyN1oXDTM2MTEy
            MjIzNDEyN1owFzEVMBMGA1UEAwwMZml4dHVyZS50ZXN0MFkwEwYHKoZIzj0CAQYI
            KoZIzj0DAQcDQgAEv5JBFALQE+Uya60TEC+lCW5WUcw0TqRNneQQDGiP/au2oCuB
            3T8OEikmt6f5MgOw9355tmoiQoxOpnJnMTxCSKNTMFEwHQYDVR0OBBYEFNAg65BT
            rwfJVZBmK4xca2VKQd4kMB8GA1UdIwQYMBaAFNAg65BTrwfJVZBmK4xca2VKQd4k
            MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAO/PE7DNkO/o5LCv
            7gznss3AepA8iXln/lIRrOSA/AozAiATjhQqoEUYmC8n7oi7Cj1nxuaS05BDKvCB
            k3dH/4zwPQ==
            -----END CERTIFICATE-----
            """;

    /** {@code openssl ecparam -genkey}. */
    static final String OLDER_KEY = """
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIPvXDCtqH94vKPuRZmP3+YyjSOe03M/lcqFvX57JVKseoAoGCCqGSM49
            AwEHoUQDQgAEv5JBFALQE+Uya60TEC+lCW5WUcw0TqRNneQQDGiP/au2oCuB3T8O
            Eikmt6f5MgOw9355tmoiQoxOpnJnMTxCSA==
            -----END EC PRIVATE KEY-----
            """;

    /** {@code openssl pkcs8 -topk8}, with the password "secret". */
    static final String ENCRYPTED_KEY = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiWCQjPB4PGbwICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBJipKaTYUzJCOFfzquQrEoEgZAE
            n8CYqzeri8wdWAf/XeP8m/ecjIw+rOjeNlWwyv4V7qr2E1wEh5NAZjzAvSRb6+eW
            y77S21lDHwXyz4jiWtqrU11RCyYViZUCXxMM2KsnpeudBjEqlXISInwKQzDF2RGG
            1T+jwRtQXW0wp8LJGJPTtqZjmZeVWNy1f5hwKyOgwICV/1kYh4Awy/E+2BMyVe8=
            -----END ENCRYPTED PRIVATE KEY-----
            """;

    private PemFixture() {}
}
