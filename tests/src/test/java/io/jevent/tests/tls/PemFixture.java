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

    /** {@code openssl pkcs8 -topk8 -nocrypt}. */
    static final String KEY = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+9cMK2of3i8o+5Fm
            Y/f5jKNI57Tcz+VyoW9fnslUqx6hRANCAAS/kkEUAtAT5TJrrRMQL6UJblZRzDRO
            pE2d5BAMaI/9q7agK4HdPw4SKSa3p/kyA7D3fnm2aiJCjE6mcmcxPEJI
            -----END PRIVATE KEY-----
            """;

    /** {@code openssl genrsa -traditional 1024}; it belongs to no certificate. */
    static final String OLDER_RSA_KEY = """
            -----BEGIN RSA PRIVATE KEY-----
            MIICXAIBAAKBgQDLDKA3iKfg3CtO0jXYxYtL9s2MutgBIh1pBBrJeGmD0GNBD4g7
            d5srjvDTZm+CEp2qq3pv86o39SPWvbRBu11p/ptkTcjM4mguLjEjQnawe9VEHJQC
            CmkkC6vjC3+785zI+JWKpIf0l3sstXVr7hXlZmVBjMdcR5v0wZ8vcT1yxwIDAQAB
            AoGARLdCJWke/08jbOphBLpd2NhuWbkFzuRftaGI+zO/6bcFUAhUn2Nr5QLb538c
            L5XjO9YKeoaozYUtmsfakAA7rT+WvhdtrjRt4ziR6JmO7UwwNFaDa2f51OpEr6IN
            9O1mX8D+6rFcKcqHCxucN4VceQ6Y4VFThFtCYjaXX98relECQQD11zthxpPG4Qkc
            6PihKRdSHZ+heL1W5l4tGM6EO0O1rWK5ukX3R/Dfp+yaOFX3C6nrTJJoIAknCnb9
            sICJBLrPAkEA03CzOLjxvUJ4pB+auZgJhwJZyAosx9uAQXmPm8h7HKSr+xJOZ2Kg
            6xNZj76OUq/ldEOWotxU0KPNvkgENglmiQJAa88LV4GB5MFjAa6Y+fPPKk+bZXBR
            d/5mZlhumEZ1FwMGPHSXoi2GUE6Pz8HM0R3oUiuuOMNzwA8yx2XTuEK+uQJAFdNj
            XK6SnZO3+lEc2p2cFiii9eg++R5qXdfbgBwwwSMqcY9RMpDWxY1IyHLGJDjt+ZNk
            gEk4JBVUjpjGfoF36QJBAKe4qotSd1y2u3gvwo80stO9RP/noIU3jXj8FL6D6cNj
            0oUekdHqFW9C7OYFRvG8glqE3eNLAkSk0pjdCSeNBdY=
            -----END RSA PRIVATE KEY-----
            """;

    private PemFixture() {}
}
