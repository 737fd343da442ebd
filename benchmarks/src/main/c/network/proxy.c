/*
 * A TCP proxy on libevent for the network benchmarks, on one thread: prints the first free loopback port, then passes every
 * connection on to a server there, both ways, until it is ended.
 *
 *   proxy SERVER_PORT [CERTIFICATE KEY]
 *       with files of a certificate and its key (PEM), clients speak TLS, by OpenSSL; the server is spoken to in clear
 *   proxy version
 *       prints that of OpenSSL
 *
 * Two buffer events for each connection, with their defaults and an idle timeout. A side with too much unsent keeps the other
 * from being read until half of it has left. When one side ends, the other sends what is left and is closed.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* As much as jevent's buffer events hold before they are not writable. */
enum { HIGH_BYTES = 64 * 1024 };

/* One of the two ends of a connection that passes through. */
struct side {
	struct bufferevent *bev;
	struct side *opposite; /* NULL once that one is closed */
	int full;
};

static struct sockaddr_in target;
static SSL_CTX *tls; /* NULL in clear */

static void fail(const char *what)
{
	fprintf(stderr, "proxy: %s\n", what);
	exit(1);
}

static void drop(struct side *side)
{
	if (side->opposite)
		side->opposite->opposite = NULL;
	bufferevent_free(side->bev);
	free(side);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct side *side = arg, *to = side->opposite;
	if (!to) {
		evbuffer_drain(bufferevent_get_input(bev), evbuffer_get_length(bufferevent_get_input(bev)));
		return;
	}
	bufferevent_write_buffer(to->bev, bufferevent_get_input(bev));
	if (evbuffer_get_length(bufferevent_get_output(to->bev)) > HIGH_BYTES) {
		to->full = 1;
		bufferevent_setwatermark(to->bev, EV_WRITE, HIGH_BYTES / 2, 0);
		bufferevent_disable(bev, EV_READ);
	}
}

static void on_write(struct bufferevent *bev, void *arg)
{
	struct side *side = arg;
	if (!side->opposite) {
		if (evbuffer_get_length(bufferevent_get_output(bev)) == 0)
			drop(side);
	} else if (side->full) {
		side->full = 0;
		bufferevent_setwatermark(bev, EV_WRITE, 0, 0);
		bufferevent_enable(side->opposite->bev, EV_READ);
	}
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct side *side = arg, *rest = side->opposite;
	if (what & BEV_EVENT_CONNECTED)
		return;
	if (rest)
		on_read(bev, side);
	drop(side);
	if (!rest)
		return;
	if (evbuffer_get_length(bufferevent_get_output(rest->bev)) == 0) {
		drop(rest);
	} else {
		bufferevent_setwatermark(rest->bev, EV_WRITE, 0, 0);
		bufferevent_disable(rest->bev, EV_READ);
	}
}

static struct bufferevent *secured(struct event_base *base, evutil_socket_t fd)
{
	SSL *ssl = SSL_new(tls);
	return ssl ? bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE) : NULL;
}

static struct side *side_on(struct event_base *base, evutil_socket_t fd, int secure)
{
	struct timeval idle = {300, 0};
	struct side *side = calloc(1, sizeof *side);
	if (!side)
		fail("memory");
	side->bev = secure ? secured(base, fd) : bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!side->bev)
		fail("memory");
	bufferevent_setcb(side->bev, on_read, on_write, on_event, side);
	bufferevent_set_timeouts(side->bev, &idle, &idle);
	return side;
}

static void without_delay(struct side *side)
{
	int one = 1;
	setsockopt(bufferevent_getfd(side->bev), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length, void *base)
{
	struct side *client = side_on(base, fd, tls != NULL), *server = side_on(base, -1, 0);
	(void)listener;
	(void)peer;
	(void)length;
	client->opposite = server;
	server->opposite = client;
	if (bufferevent_socket_connect(server->bev, (struct sockaddr *)&target, sizeof target)) {
		drop(server);
		drop(client);
		return;
	}
	without_delay(client);
	without_delay(server);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
	bufferevent_enable(server->bev, EV_READ | EV_WRITE);
}

int main(int argc, char **argv)
{
	struct rlimit files = {.rlim_cur = 65536, .rlim_max = 65536};
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof address;
	if (argc == 2 && !strcmp(argv[1], "version")) {
		puts(OpenSSL_version(OPENSSL_VERSION_STRING));
		return 0;
	}
	struct event_base *base = event_base_new();
	if ((argc != 2 && argc != 4) || !base)
		fail("need the port of a server, and for TLS a certificate and a key");
	if (argc == 4) {
		signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL. */
		tls = SSL_CTX_new(TLS_server_method());
		if (!tls || SSL_CTX_use_certificate_file(tls, argv[2], SSL_FILETYPE_PEM) != 1 ||
		    SSL_CTX_use_PrivateKey_file(tls, argv[3], SSL_FILETYPE_PEM) != 1)
			fail("certificate or key");
	}
	setrlimit(RLIMIT_NOFILE, &files);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	target = address;
	target.sin_port = htons((uint16_t)atoi(argv[1]));
	struct evconnlistener *listener = evconnlistener_new_bind(base, on_accept, base, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE,
								   1024, (struct sockaddr *)&address, sizeof address);
	if (!listener || getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length))
		fail("cannot listen");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	event_base_dispatch(base);
	return 0;
}
