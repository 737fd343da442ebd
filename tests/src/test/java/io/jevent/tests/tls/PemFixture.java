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

    /** {@code openssl pkcs8 -topk8 -iter 20000000}, a key of its own, with the same password. */
    static final String SLOW_KEY = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHuMFkGCSqGSIb3DQEFDTBMMCsGCSqGSIb3DQEFDDAeBAgUGwAob4XGCQIEATEt
            ADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ9h2Sep7fTx3hYPhHX8B0ugSB
            kHXoZULQCzZ8oymjlrG86U5B01ST1hJTAQqGJv7TEUL/HmUKZRTcqrrBf7wvaGyz
            NpweAQWuATdobOwwq2WcPkXQHfG9WtucwiYbunyUBp9vF6k94ehlm0AvDqwWzYYC
            qRVAfllVw7oBeGsUxlO2io/GVraght49kNR2dWDZ9glIasgLHS7ieSO+X7mTDfyb
            Qw==
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

    /** With the names rsa.test and *.wild.test, and its key behind it. */
    static final String RSA_IDENTITY = """
            -----BEGIN CERTIFICATE-----
            MIIDKTCCAhGgAwIBAgIUbGCxNvpQu65TpWhfjCoxd1KOLsYwDQYJKoZIhvcNAQEL
            BQAwEzERMA8GA1UEAwwIcnNhLnRlc3QwHhcNMjYxMTI2MDMyOTEyWhcNMzYxMTIz
            MDMyOTEyWjATMREwDwYDVQQDDAhyc2EudGVzdDCCASIwDQYJKoZIhvcNAQEBBQAD
            ggEPADCCAQoCggEBAK048+krbAJsOXWheDdSOxcuW0AIfsj5tpTHfISlLXRoIvc3
            s31gj+2qzJ5HDSv7IwtTYGiuXko6lmzWc6hnWqzqNmf7GvP3d6da+eW6DyN87FU6
            kO6/x9s/OdzfaU6sR/mhXGFW+GlpPJrb4t/dwrK+TT/mzib9UrTO6PaWJsv3dQlp
            nSTjAOQkiRHbT2s/39KPVhsEWEaTv6UTLTMayLX8jDDoahDgMoZV7I/9asj9eS/v
            P+mDmYjUIiKYfYzO32pKAUfhD+rSEliypWT66bkNkJHxF+j2K/l13VEiQPRp5ffo
            qn3hA40DMgAhiGEu9uKRxPpBl77qHSFC0GrhREsCAwEAAaN1MHMwHQYDVR0OBBYE
            FD9o/EyBC2k3R89uIofAdUlWioMyMB8GA1UdIwQYMBaAFD9o/EyBC2k3R89uIofA
            dUlWioMyMA8GA1UdEwEB/wQFMAMBAf8wIAYDVR0RBBkwF4IIcnNhLnRlc3SCCyou
            d2lsZC50ZXN0MA0GCSqGSIb3DQEBCwUAA4IBAQAg2M18IQywXIiOakq4TF0OKxul
            I4rRcmxcZR2pHqNEwImjhoH7p4mET6jGDHBc70ZC3VhyG9ca02EzA9JHPngw4fqK
            HZefflgnFZm+y1kK9PYjUz0TtSXLqJ1xkp4/QxwaAkdlwHLYbKQBrxhEDX12V7i0
            T83xheUh83yaOjrq2paq5e1ysWxeZGag8AMUKk93L05mQfYYwoFvwue0N6wb6QD8
            zPrjcm65d/qPNpBDiQeQXuIJlVjEj/o+0F3AuFdrArABaRO4JsaEmiDVuRdA0PPN
            eAX2ycXvrUWMsxhzQwn+KvAKwKdFOUOziRr/NwL/YB3b7RyaxhPf9hVCeQ1B
            -----END CERTIFICATE-----
            -----BEGIN PRIVATE KEY-----
            MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCtOPPpK2wCbDl1
            oXg3UjsXLltACH7I+baUx3yEpS10aCL3N7N9YI/tqsyeRw0r+yMLU2Borl5KOpZs
            1nOoZ1qs6jZn+xrz93enWvnlug8jfOxVOpDuv8fbPznc32lOrEf5oVxhVvhpaTya
            2+Lf3cKyvk0/5s4m/VK0zuj2libL93UJaZ0k4wDkJIkR209rP9/Sj1YbBFhGk7+l
            Ey0zGsi1/Iww6GoQ4DKGVeyP/WrI/Xkv7z/pg5mI1CIimH2Mzt9qSgFH4Q/q0hJY
            sqVk+um5DZCR8Rfo9iv5dd1RIkD0aeX36Kp94QONAzIAIYhhLvbikcT6QZe+6h0h
            QtBq4URLAgMBAAECggEANBF4A8EpHMtSNEEehSaDG5M0G5nSHnAtSShzjd2mvaRl
            ykDkg43ohYy/J958n5lELe3Yf27WaeKVf86wglDa6ToXs4a/0dCzl0sZ7ctRLJ4q
            3e2WTiW4mfc12eYP3fWcRvWRcrL1RZ47+OKanicnFJpuVwR2ODMSTsYZMbHtpIZU
            s0er6XpnqdDRvGFkJVaBR/MMsEHBqZhxm59v9PHI0QwxXdP2ZIrVeP6yowzpXdYJ
            NEIiQIv8eGid/mmZd6/WuMrU1zk1asoXPcVpjnx8RwGTZgPA/0TSpNXfRPJJHjeB
            YIClY1ZCy4UGQ5yg9VAbtu6GuAIDxQ7FU9oWfwRdtQKBgQDrkJTbGxOIqqQj8q66
            NTMuuaxlGuQBrLH/KY5f7TKwScAF9OsnphZY8F8/HbPGojDW5m2o5Rit0wcIYisL
            I06wqN0VtQFWQT47oGOJCjgx/Q1ySfTznNkwzXLuoX3F+OIoGlza0X/d+6Vna1ix
            0qedA+tj1An7PNA6WOM/O/sWXwKBgQC8P9/iynlUKPB3JMKtfWKTbFMgrRSzu8dR
            IBO6pwRbT8HYAbbcfSKEMJDe+YCtXKp7XM5nm7SO4UM94Mp+l2ix5T1cwvz7c27D
            TONlNQ3pTGLZ2NWkqFsZfomgdqoCUKkZaQ5vN1/xZrfiPL46APHOzO2BzlB2D5Eh
            vjz0zAUhlQKBgGlXJ2nv6sVT4cD9lmtIvRGpEFHKO6oQCy0a7UMydFdnM4q2Yq5B
            VH8DRuSXqLwr7YE8XE+J24Zn9x4loDAD4v2XFf7OCcIDvQu3BqvSuRyJmAjCz9pd
            CrcLONlDuFXenWvnlhx4USD4lpfv5iLnG/NYPFxRBwGlyUw+UakGbpsrAoGABkU+
            aOiDqBkBAYb48Rx3FyAJmNILGX2MwxgFcDc1/vCmLVLJS4jjiHGxsauv7JZkm11Z
            Brx6BDResAX32MWkWCChraBVGu8aZmj+PhXJU9cWh9kgLK7q8et0HCM3wIH9T/pe
            37eBe6IHSALr9zSm2VOcKbG8nmIgXHZgw2q0VQ0CgYEA5Ro7ucJnMLTmVhqURg/r
            qySo2i5ThoG4zE0NbKnT9aSU4mCIrIuSGFZMBpOdgyfDt24XS+j1h0PPeDWtlRkh
            0xTjNQIe6X5K8JC5t+WMNOzuVi/F87ZfjwXom4T0LXQVCiDv0fq5xXjzOvo3tuwB
            4nAzSvs7wNv9kbUxZbNkC2g=
            -----END PRIVATE KEY-----
            """;

    private PemFixture() {}
}
