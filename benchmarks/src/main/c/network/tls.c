#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SESSIONS = 256 };

struct tls {
	SSL *ssl;
	int wants_to_write;
	int offered; /* a session to go on with */
};

static SSL_CTX *context;
static int resuming, closed;

/* Sessions to go on with, the newest last; each is for one connection, as TLS 1.3 wants it. */
static SSL_SESSION *sessions[MAX_SESSIONS];
static int session_count;

static void fail(const char *what)
{
	unsigned long code = ERR_get_error();
	fprintf(stderr, "load: TLS: %s: %s\n", what, code ? ERR_reason_error_string(code) : "unexpected");
	exit(1);
}

static int keep(SSL *ssl, SSL_SESSION *made)
{
	(void)ssl;
	if (session_count == MAX_SESSIONS)
		return 0;
	sessions[session_count++] = made;
	return 1;
}

void tls_set_up(int resumes)
{
	resuming = resumes;
	signal(SIGPIPE, SIG_IGN);
	context = SSL_CTX_new(TLS_client_method());
	if (!context || !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) ||
	    !SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256"))
		fail("context");
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(context, 1);
	if (resumes) {
		SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(context, keep);
	}
}

struct tls *tls_open(int fd)
{
	struct tls *tls = calloc(1, sizeof *tls);
	if (!tls || fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) || !(tls->ssl = SSL_new(context)) ||
	    !SSL_set_fd(tls->ssl, fd))
		fail("connection");
	if (session_count > 0) {
		SSL_SESSION *session = sessions[--session_count];
		tls->offered = SSL_set_session(tls->ssl, session);
		SSL_SESSION_free(session);
	}
	if (resuming && closed && !tls->offered)
		fail("the server hands no session out");
	SSL_set_connect_state(tls->ssl);
	return tls;
}

static ssize_t result(struct tls *tls, int done)
{
	tls->wants_to_write = 0;
	if (done > 0)
		return done;
	int why = SSL_get_error(tls->ssl, done);
	if (why == SSL_ERROR_ZERO_RETURN || (why == SSL_ERROR_SYSCALL && errno == 0))
		return 0;
	if (why == SSL_ERROR_SSL)
		fail("the connection failed");
	if (why != SSL_ERROR_SYSCALL)
		errno = EAGAIN;
	tls->wants_to_write = why == SSL_ERROR_WANT_WRITE;
	return -1;
}

ssize_t tls_send(struct tls *tls, const void *bytes, size_t count)
{
	errno = 0;
	ERR_clear_error();
	return result(tls, SSL_write(tls->ssl, bytes, (int)count));
}

ssize_t tls_receive(struct tls *tls, void *bytes, size_t count)
{
	errno = 0;
	ERR_clear_error();
	return result(tls, SSL_read(tls->ssl, bytes, (int)count));
}

int tls_wants_to_write(const struct tls *tls)
{
	return tls->wants_to_write;
}

void tls_close(struct tls *tls)
{
	const char *cipher = SSL_get_cipher_name(tls->ssl);
	if (!cipher || strcmp(cipher, "TLS_AES_128_GCM_SHA256"))
		fail("another cipher suite was agreed on");
	if (tls->offered != SSL_session_reused(tls->ssl))
		fail("the server did not resume a session");
	SSL_shutdown(tls->ssl);
	SSL_free(tls->ssl);
	free(tls);
	closed = 1;
}
