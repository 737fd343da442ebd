/*
 * Echo servers in C for the network benchmarks, each on one thread: the first free loopback port is printed, then they serve
 * until they are ended.
 *
 *   servers libevent      libevent's buffer events, with their defaults and an idle timeout, as jevent's echo has one
 *   servers epoll         read and write on epoll, the least that can be done
 *   servers io_uring      multishot accept and receive into provided buffers, on liburing
 *   servers version       prints the version of libevent and ends
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "servers: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int listening(int flags)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof address;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1024) ||
	    getsockname(fd, (struct sockaddr *)&address, &length))
		fail("listen");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

/* ---- libevent ---- */

static void echo_read(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
}

static void echo_event(struct bufferevent *bev, short what, void *arg)
{
	(void)what;
	(void)arg;
	bufferevent_free(bev);
}

static void echo_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length, void *base)
{
	struct timeval idle = {300, 0};
	struct bufferevent *bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	(void)listener;
	(void)peer;
	(void)length;
	bufferevent_setcb(bev, echo_read, NULL, echo_event, NULL);
	bufferevent_set_timeouts(bev, &idle, &idle);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void on_libevent(void)
{
	struct event_base *base = event_base_new();
	evconnlistener_new(base, echo_accept, base, LEV_OPT_CLOSE_ON_FREE, 0, listening(SOCK_NONBLOCK));
	event_base_dispatch(base);
}

/* ---- epoll ---- */

static char buffer[64 * 1024];

struct rest {
	char *bytes;
	size_t from, to;
};

static struct rest rests[65536];

static void arm(int epoll, int operation, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data = {.fd = fd}};
	if (epoll_ctl(epoll, operation, fd, &event))
		fail("epoll_ctl");
}

static void drop(int fd)
{
	free(rests[fd].bytes);
	memset(&rests[fd], 0, sizeof rests[fd]);
	close(fd);
}

static void send_rest(int epoll, int fd)
{
	struct rest *rest = &rests[fd];
	ssize_t done = write(fd, rest->bytes + rest->from, rest->to - rest->from);
	if (done < 0 && errno != EAGAIN) {
		drop(fd);
		return;
	}
	rest->from += done > 0 ? (size_t)done : 0;
	if (rest->from == rest->to) {
		free(rest->bytes);
		memset(rest, 0, sizeof *rest);
		arm(epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
	}
}

static void echo(int epoll, int fd)
{
	ssize_t count = read(fd, buffer, sizeof buffer);
	if (count < 0 && errno == EAGAIN)
		return;
	ssize_t done = count > 0 ? write(fd, buffer, (size_t)count) : -1;
	if (count <= 0 || (done < 0 && errno != EAGAIN)) {
		drop(fd);
		return;
	}
	if (done < count) {
		done = done < 0 ? 0 : done;
		struct rest rest = {.bytes = malloc((size_t)(count - done)), .to = (size_t)(count - done)};
		memcpy(rest.bytes, buffer + done, rest.to);
		rests[fd] = rest;
		arm(epoll, EPOLL_CTL_MOD, fd, EPOLLOUT); /* and no more reading until it has left */
	}
}

static void on_epoll(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), listener = listening(SOCK_NONBLOCK);
	struct epoll_event events[256];
	arm(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
	for (;;) {
		int count = epoll_wait(epoll, events, 256, -1);
		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;
			if (fd == listener) {
				int client;
				while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
					arm(epoll, EPOLL_CTL_ADD, client, EPOLLIN);
			} else if (rests[fd].bytes) {
				send_rest(epoll, fd);
			} else {
				echo(epoll, fd);
			}
		}
	}
}

/* ---- io_uring ---- */

enum { ACCEPT, RECEIVE, SEND, BUFFERS = 1024, BUFFER_BYTES = 16 * 1024 };

static struct io_uring ring;
static struct io_uring_buf_ring *provided;
static char *memory;

static struct io_uring_sqe *entry(void)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
	while (!sqe) {
		io_uring_submit(&ring);
		sqe = io_uring_get_sqe(&ring);
	}
	return sqe;
}

static uint64_t tag(int operation, int fd, int id)
{
	return (uint64_t)operation << 56 | (uint64_t)id << 32 | (uint32_t)fd;
}

static void receive(int fd)
{
	struct io_uring_sqe *sqe = entry();
	io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	io_uring_sqe_set_data64(sqe, tag(RECEIVE, fd, 0));
}

static void recycle(int id)
{
	io_uring_buf_ring_add(provided, memory + (size_t)id * BUFFER_BYTES, BUFFER_BYTES, (unsigned short)id,
			      io_uring_buf_ring_mask(BUFFERS), 0);
	io_uring_buf_ring_advance(provided, 1);
}

static void on_io_uring(void)
{
	struct io_uring_params params = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER |
						  IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL,
					 .cq_entries = 8192};
	int error, listener = listening(0);
	if ((error = io_uring_queue_init_params(1024, &ring, &params)))
		errno = -error, fail("io_uring");
	memory = malloc((size_t)BUFFERS * BUFFER_BYTES);
	struct io_uring_buf_reg registration = {.ring_entries = BUFFERS};
	if (posix_memalign((void **)&provided, 4096, BUFFERS * sizeof(struct io_uring_buf)))
		fail("memory");
	io_uring_buf_ring_init(provided);
	registration.ring_addr = (uint64_t)(uintptr_t)provided;
	if ((error = io_uring_register_buf_ring(&ring, &registration, 0)))
		errno = -error, fail("buffers");
	for (int i = 0; i < BUFFERS; i++)
		recycle(i);
	struct io_uring_sqe *sqe = entry();
	io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
	io_uring_sqe_set_data64(sqe, tag(ACCEPT, listener, 0));
	for (;;) {
		struct io_uring_cqe *cqe;
		unsigned head, count = 0;
		io_uring_submit_and_wait(&ring, 1);
		io_uring_for_each_cqe(&ring, head, cqe)
		{
			int fd = (int)(uint32_t)cqe->user_data, id = (int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
			count++;
			switch (cqe->user_data >> 56) {
			case ACCEPT:
				if (cqe->res >= 0)
					receive(cqe->res);
				break;
			case RECEIVE:
				if (cqe->res > 0) {
					sqe = entry();
					io_uring_prep_send(sqe, fd, memory + (size_t)id * BUFFER_BYTES, (size_t)cqe->res,
							   MSG_WAITALL | MSG_NOSIGNAL);
					io_uring_sqe_set_data64(sqe, tag(SEND, fd, id));
				}
				if (cqe->res == -ENOBUFS || (cqe->res > 0 && !(cqe->flags & IORING_CQE_F_MORE)))
					receive(fd);
				else if (cqe->res <= 0)
					close(fd);
				break;
			default:
				recycle((int)(cqe->user_data >> 32 & 0xffff));
			}
		}
		io_uring_cq_advance(&ring, count);
	}
}

int main(int argc, char **argv)
{
	struct rlimit files = {.rlim_cur = 65536, .rlim_max = 65536};
	setrlimit(RLIMIT_NOFILE, &files);
	if (argc == 2 && !strcmp(argv[1], "version"))
		return puts(event_get_version()) == EOF;
	if (argc == 2 && !strcmp(argv[1], "libevent"))
		on_libevent();
	else if (argc == 2 && !strcmp(argv[1], "epoll"))
		on_epoll();
	else if (argc == 2 && !strcmp(argv[1], "io_uring"))
		on_io_uring();
	errno = EINVAL;
	fail("need libevent, epoll, io_uring or version");
}
