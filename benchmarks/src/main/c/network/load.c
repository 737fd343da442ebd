/*
 * The other side of the network benchmarks: connects, sends, checks and times what comes back, on one thread.
 *
 *   load echo PORT PID CONNECTIONS BYTES DEPTH WARM_MS MEASURE_MS
 *       every connection keeps DEPTH messages of BYTES in flight
 *   load connect PORT PID CONNECTIONS BYTES DEPTH WARM_MS MEASURE_MS
 *       CONNECTIONS at a time connect, echo one message, and close; DEPTH means nothing
 *   load idle PORT PID CONNECTIONS BYTES
 *       connects all, echoes one message on each, prints "ready" and holds them until standard input ends
 *   load tls-echo, tls-connect, tls-idle
 *       the same over TLS, every handshake a full one
 *   load tls-resume
 *       tls-connect, but every connection goes on with a session of one before; if the server does not, it is a failure
 *
 * All but idle print one line: messages, nanoseconds of the window, the server's CPU time in the window (user and system,
 * nanoseconds), and the 50th, 99th and 99.9th percentile of the time from a message's sending to its last byte back.
 * A wrong byte or an early end is a failure.
 */
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_DEPTH = 64, IN_BYTES = 256 * 1024, SUB_BITS = 6, SUBS = 1 << SUB_BITS, ROWS = 40 };

struct connection {
	int fd;
	struct tls *tls;   /* NULL in clear */
	int armed_out;
	int in_flight;
	long unsent;       /* bytes of messages begun that the system has not taken */
	long got;          /* bytes of the present answer */
	uint64_t sent_offset;
	uint64_t got_offset;
	uint64_t started[MAX_DEPTH];
	int first;
};

static int port, depth, epoll;
static long bytes, server;
static char *pattern, *input;
static uint64_t counts[ROWS][SUBS], messages;
static int measuring, reconnects, secure;

static void fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "unexpected");
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- latencies: each power of two in 64 equal parts, so no figure is off by more than a sixty-fourth ---- */

static void note(uint64_t nanos)
{
	int row = 0;
	while (row + 1 < ROWS && nanos >= (uint64_t)SUBS << row)
		row++;
	uint64_t part = row == 0 ? nanos : nanos >> row;
	counts[row][part < SUBS ? part : SUBS - 1]++;
}

static uint64_t percentile(double share)
{
	uint64_t total = 0, passed = 0;
	for (int row = 0; row < ROWS; row++)
		for (int part = 0; part < SUBS; part++)
			total += counts[row][part];
	uint64_t wanted = (uint64_t)(share * (double)total);
	for (int row = 0; row < ROWS; row++)
		for (int part = 0; part < SUBS; part++) {
			passed += counts[row][part];
			if (passed > wanted)
				return (uint64_t)(part + 1) << row;
		}
	return 0;
}

/* ---- the server's CPU time ---- */

static void cpu(uint64_t *user, uint64_t *system)
{
	char path[64];
	unsigned long u, s;
	snprintf(path, sizeof path, "/proc/%ld/stat", server);
	FILE *file = fopen(path, "r");
	if (!file || fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s) != 2)
		fail("the server's /proc/PID/stat");
	fclose(file);
	uint64_t tick = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	*user = u * tick;
	*system = s * tick;
}

/* ---- connections ---- */

static void watch(struct connection *c, int operation, uint32_t events)
{
	struct epoll_event event = {.events = events, .data = {.ptr = c}};
	if (epoll_ctl(epoll, operation, c->fd, &event))
		fail("epoll_ctl");
}

static void flush(struct connection *c)
{
	while (c->unsent > 0) {
		uint64_t from = c->sent_offset % (uint64_t)bytes;
		size_t count = (size_t)((uint64_t)bytes - from);
		if ((long)count > c->unsent)
			count = (size_t)c->unsent;
		/* The pattern lies there twice, so that several short messages go in one call. */
		if (c->unsent > (long)count)
			count = (size_t)(c->unsent < IN_BYTES ? c->unsent : IN_BYTES);
		ssize_t done = c->tls ? tls_send(c->tls, pattern + from, count)
				      : send(c->fd, pattern + from, count, MSG_NOSIGNAL);
		if (done < 0 && errno == EAGAIN)
			break;
		if (done < 0)
			fail("send");
		c->sent_offset += (uint64_t)done;
		c->unsent -= done;
	}
	int wants = c->unsent > 0 && (!c->tls || tls_wants_to_write(c->tls));
	if (wants != c->armed_out) {
		c->armed_out = wants;
		watch(c, EPOLL_CTL_MOD, EPOLLIN | (wants ? EPOLLOUT : 0));
	}
}

static void begin(struct connection *c, int count)
{
	uint64_t time = now();
	for (int i = 0; i < count; i++)
		c->started[(c->first + c->in_flight++) % MAX_DEPTH] = time;
	c->unsent += bytes * count;
	flush(c);
}

static void connect_one(struct connection *c)
{
	static uint32_t sources;
	int one = 1;
	struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* Many source addresses, or the ports run out while closed connections linger. */
	from.sin_addr.s_addr = htonl(0x7f010001u + sources++ % 200);
	memset(c, 0, sizeof *c);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		fail("socket");
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
	if (reconnects && bind(c->fd, (struct sockaddr *)&from, sizeof from))
		fail("bind");
	if (connect(c->fd, (struct sockaddr *)&to, sizeof to))
		fail("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (secure)
		c->tls = tls_open(c->fd);
	watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

static void answered(struct connection *c)
{
	uint64_t taken = now() - c->started[c->first];
	c->first = (c->first + 1) % MAX_DEPTH;
	c->in_flight--;
	if (measuring) {
		messages++;
		note(taken);
	}
}

/* Returns whether there may be more that epoll does not tell of: TLS takes more off the socket than it hands out. */
static int readable(struct connection *c, int hold)
{
	ssize_t count = c->tls ? tls_receive(c->tls, input, IN_BYTES) : recv(c->fd, input, IN_BYTES, MSG_DONTWAIT);
	if (count < 0 && errno == EAGAIN)
		return 0;
	if (count <= 0)
		fail("the server ended a connection");
	if (memcmp(input, pattern + c->got_offset % (uint64_t)bytes, (size_t)count))
		errno = 0, fail("wrong bytes came back");
	c->got_offset += (uint64_t)count;
	c->got += count;
	int done = 0;
	for (; c->got >= bytes; c->got -= bytes, done++)
		answered(c);
	if (hold || done == 0)
		return c->tls != NULL;
	if (!reconnects) {
		begin(c, done);
		return c->tls != NULL;
	}
	if (c->tls)
		tls_close(c->tls);
	close(c->fd);
	connect_one(c);
	begin(c, 1);
	return 0;
}

static void run(uint64_t until, int hold, uint64_t wanted)
{
	struct epoll_event events[256];
	while (now() < until && (!hold || messages < wanted)) {
		int count = epoll_wait(epoll, events, 256, 10);
		for (int i = 0; i < count; i++) {
			struct connection *c = events[i].data.ptr;
			/* What was written during a handshake waits for bytes that come. */
			if (events[i].events & EPOLLOUT || (c->tls && c->unsent > 0))
				flush(c);
			if (events[i].events & ~(uint32_t)EPOLLOUT)
				while (readable(c, hold)) {
				}
		}
	}
}

int main(int argc, char **argv)
{
	if (argc < 6)
		errno = EINVAL, fail("see the head of load.c");
	secure = !strncmp(argv[1], "tls-", 4);
	const char *verb = argv[1] + (secure ? 4 : 0);
	int idle = !strcmp(verb, "idle"), resumes = !strcmp(verb, "resume");
	reconnects = resumes || !strcmp(verb, "connect");
	port = atoi(argv[2]);
	server = atol(argv[3]);
	int connections = atoi(argv[4]);
	bytes = atol(argv[5]);
	depth = idle || reconnects ? 1 : atoi(argv[6]);
	if (depth < 1 || depth > MAX_DEPTH || bytes < 1 || connections < 1)
		errno = EINVAL, fail("arguments");
	if (secure)
		tls_set_up(resumes);
	struct rlimit files = {.rlim_cur = 65536, .rlim_max = 65536};
	setrlimit(RLIMIT_NOFILE, &files);
	pattern = malloc((size_t)bytes + 2 * IN_BYTES);
	input = malloc(IN_BYTES);
	struct connection *all = calloc((size_t)connections, sizeof *all);
	if (!pattern || !input || !all)
		fail("memory");
	for (long i = 0; i < bytes + 2 * IN_BYTES; i++)
		pattern[i] = (char)(i % bytes * 31 + i % bytes / 251);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	measuring = idle;
	for (int i = 0; i < connections; i++) {
		connect_one(&all[i]);
		begin(&all[i], depth);
	}
	if (idle) {
		run(now() + 60000000000u, 1, (uint64_t)connections);
		if (messages < (uint64_t)connections)
			errno = ETIMEDOUT, fail("not all connections were echoed");
		puts("ready");
		fflush(stdout);
		while (getchar() != EOF) {
		}
		return 0;
	}
	run(now() + (uint64_t)atol(argv[7]) * 1000000u, 0, 0);
	uint64_t user[2], system[2];
	cpu(&user[0], &system[0]);
	uint64_t start = now();
	measuring = 1;
	run(start + (uint64_t)atol(argv[8]) * 1000000u, 0, 0);
	measuring = 0;
	uint64_t window = now() - start;
	cpu(&user[1], &system[1]);
	printf("%llu %llu %llu %llu %llu %llu %llu\n", (unsigned long long)messages, (unsigned long long)window,
	       (unsigned long long)(user[1] - user[0]), (unsigned long long)(system[1] - system[0]),
	       (unsigned long long)percentile(0.5), (unsigned long long)percentile(0.99),
	       (unsigned long long)percentile(0.999));
	return 0;
}
