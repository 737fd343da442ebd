/* The client's end of TLS for load.c, on OpenSSL: TLS 1.3 with TLS_AES_128_GCM_SHA256 and nothing else, certificates not looked at. */
#ifndef TLS_H
#define TLS_H

#include <stddef.h>
#include <sys/types.h>

struct tls;

/* Once, before anything else; resumes for connections that go on with sessions of those before, but the first ones. */
void tls_set_up(int resumes);

/* On a connected socket, which becomes non-blocking. */
struct tls *tls_open(int fd);

/* As send() and recv(), the handshake included; -1 and EAGAIN where the socket has to become readable, or writable, first. */
ssize_t tls_send(struct tls *tls, const void *bytes, size_t count);
ssize_t tls_receive(struct tls *tls, void *bytes, size_t count);

/* Whether the socket has to become writable; readable it is waited for in any case. */
int tls_wants_to_write(const struct tls *tls);

/* Says goodbye and frees it; the socket stays open. Ends the program if a connection was not of the kind that was asked for. */
void tls_close(struct tls *tls);

#endif
