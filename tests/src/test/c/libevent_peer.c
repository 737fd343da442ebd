/*
 * The other side of the peer tests: libevent's own buffer events, through Debian's libevent-dev.
 *
 *   libevent_peer echo              listen on a free loopback port, print it, echo one connection after another
 *   libevent_peer send PORT         connect, send stdin, half-close, print what comes back
 *
 * echo writes what it gets back and closes a connection once the peer has ended and everything is sent.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct event_base *base;

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in address;
	memset(&address, 0, sizeof address);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((unsigned short)port);
	return address;
}

/* ---- echo ---- */

static void echo_read(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
	if (evbuffer_get_length(bufferevent_get_output(bev)) > 1024 * 1024)
		bufferevent_disable(bev, EV_READ);
}

static void echo_write(struct bufferevent *bev, void *ended)
{
	if (ended)
		bufferevent_free(bev);
	else
		bufferevent_enable(bev, EV_READ);
}

static void echo_event(struct bufferevent *bev, short what, void *arg)
{
	(void)arg;
	if ((what & BEV_EVENT_EOF) && evbuffer_get_length(bufferevent_get_output(bev)) > 0)
		bufferevent_setcb(bev, NULL, echo_write, echo_event, base);
	else
		bufferevent_free(bev);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length, void *arg)
{
	struct bufferevent *bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	(void)listener; (void)peer; (void)length; (void)arg;
	bufferevent_setcb(bev, echo_read, echo_write, echo_event, NULL);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static int run_echo(void)
{
	struct sockaddr_in address = loopback(0);
	socklen_t length = sizeof address;
	struct timeval limit = {300, 0};
	struct evconnlistener *listener = evconnlistener_new_bind(base, on_accept, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, 128, (struct sockaddr *)&address, sizeof address);
	if (!listener || getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length))
		return 1;
	printf("listening on 127.0.0.1:%d (libevent)\n", ntohs(address.sin_port));
	fflush(stdout);
	event_base_loopexit(base, &limit); /* ends by itself, whatever becomes of the test */
	event_base_dispatch(base);
	return 0;
}

/* ---- send ---- */

static int status = 1;
static int stdin_ended;

static void send_more(struct bufferevent *bev, void *arg)
{
	static char piece[65536];
	size_t count;
	(void)arg;
	if (stdin_ended)
		return;
	count = fread(piece, 1, sizeof piece, stdin);
	if (count > 0) {
		bufferevent_write(bev, piece, count);
	} else {
		stdin_ended = 1;
		shutdown(bufferevent_getfd(bev), SHUT_WR);
	}
}

static void print_read(struct bufferevent *bev, void *arg)
{
	char piece[65536];
	int count;
	(void)arg;
	while ((count = (int)bufferevent_read(bev, piece, sizeof piece)) > 0)
		fwrite(piece, 1, (size_t)count, stdout);
}

static void send_event(struct bufferevent *bev, short what, void *arg)
{
	if (what & BEV_EVENT_CONNECTED) {
		send_more(bev, arg);
		return;
	}
	status = (what & BEV_EVENT_EOF) && stdin_ended ? 0 : 1;
	event_base_loopexit(base, NULL);
}

static int run_send(int port)
{
	struct sockaddr_in address = loopback(port);
	struct bufferevent *bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(bev, print_read, send_more, send_event, NULL);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
	if (bufferevent_socket_connect(bev, (struct sockaddr *)&address, sizeof address))
		return 1;
	event_base_dispatch(base);
	bufferevent_free(bev);
	fflush(stdout);
	return status;
}

int main(int argc, char **argv)
{
	base = event_base_new();
	if (argc == 2 && strcmp(argv[1], "echo") == 0)
		return run_echo();
	if (argc == 3 && strcmp(argv[1], "send") == 0)
		return run_send(atoi(argv[2]));
	fprintf(stderr, "usage: libevent_peer echo | send PORT\n");
	return 2;
}
