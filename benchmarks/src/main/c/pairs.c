/* Buffer events in memory: pairs, filters on them, rate limits. No system call but the loop's own. */
#include "bench.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>

enum { MESSAGES = 10000, MESSAGE_BYTES = 64, PIECE_BYTES = 16 * 1024, STREAM_BYTES = 4 << 20 };

struct pair {
	struct event_base *base;
	struct bufferevent *near;
	struct bufferevent *far;
	struct ev_token_bucket_cfg *limit; /* NULL for none */
	int left;                          /* messages or bytes still to be sent */
	uint64_t sum;
	unsigned char piece[PIECE_BYTES];
};

/* Filters that pass everything on: without functions of ours that is what they do. */
static struct bufferevent *with_filters(struct bufferevent *bev, int count)
{
	for (int i = 0; i < count; i++)
		bev = checked(bufferevent_filter_new(bev, NULL, NULL, BEV_OPT_CLOSE_ON_FREE, NULL, NULL), "bufferevent_filter_new");
	return bev;
}

static struct pair *open_pair(int filters, bufferevent_data_cb near_read, bufferevent_data_cb far_read)
{
	struct pair *state = checked(calloc(1, sizeof *state), "calloc");
	struct bufferevent *ends[2];
	state->base = checked(event_base_new(), "event_base_new");
	if (bufferevent_pair_new(state->base, 0, ends) != 0)
		fail("bufferevent_pair_new");
	for (int i = 0; i < PIECE_BYTES; i++)
		state->piece[i] = (unsigned char)i;
	state->near = with_filters(ends[0], filters);
	state->far = with_filters(ends[1], filters);
	bufferevent_setcb(state->near, near_read, NULL, NULL, state);
	bufferevent_setcb(state->far, far_read, NULL, NULL, state);
	bufferevent_enable(state->near, EV_READ | EV_WRITE);
	bufferevent_enable(state->far, EV_READ | EV_WRITE);
	return state;
}

static void close_pair(void *opaque)
{
	struct pair *state = opaque;
	bufferevent_free(state->near);
	bufferevent_free(state->far);
	event_base_free(state->base);
	if (state->limit)
		ev_token_bucket_cfg_free(state->limit);
	free(state);
}

/* ---- one message to and fro ---- */

static void pass_back(struct bufferevent *bev, void *opaque)
{
	struct pair *state = opaque;
	struct evbuffer *input = bufferevent_get_input(bev);
	state->sum += evbuffer_get_length(input) * (uint64_t)state->left;
	if (--state->left > 0)
		bufferevent_write_buffer(bev, input);
}

static void *open_plain(void)
{
	return open_pair(0, pass_back, pass_back);
}

static void *open_filtered(void)
{
	return open_pair(1, pass_back, pass_back);
}

static void *open_stack(void)
{
	return open_pair(3, pass_back, pass_back);
}

static void *open_limited(void)
{
	struct pair *state = open_plain();
	state->limit = checked(ev_token_bucket_cfg_new(EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX,
						       NULL),
			       "ev_token_bucket_cfg_new");
	if (bufferevent_set_rate_limit(state->near, state->limit) || bufferevent_set_rate_limit(state->far, state->limit))
		fail("bufferevent_set_rate_limit");
	return state;
}

/* The last message has an even number, so it ends where it began; its bytes count, too. */
static uint64_t ping_pong(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct pair *state = opaque;
	unsigned char last[MESSAGE_BYTES];
	state->left = MESSAGES;
	state->sum = 0;
	bufferevent_write(state->near, state->piece, MESSAGE_BYTES);
	event_base_dispatch(state->base);
	if (bufferevent_read(state->near, last, MESSAGE_BYTES) != MESSAGE_BYTES)
		fail("ping-pong");
	for (int i = 0; i < MESSAGE_BYTES; i++)
		state->sum += last[i];
	return state->sum;
}

/* ---- pieces one way, the next when the one before has arrived ---- */

static void send_next(struct pair *state)
{
	if (state->left > 0) {
		state->left -= PIECE_BYTES;
		bufferevent_write(state->near, state->piece, PIECE_BYTES);
	}
}

static void take(struct bufferevent *bev, void *opaque)
{
	struct pair *state = opaque;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t length = evbuffer_get_length(input);
	struct evbuffer_ptr end;
	struct evbuffer_iovec last;
	if (evbuffer_ptr_set(input, &end, length - 1, EVBUFFER_PTR_SET) || evbuffer_peek(input, 1, &end, &last, 1) < 1)
		fail("evbuffer_peek");
	state->sum += length + *(unsigned char *)last.iov_base;
	evbuffer_drain(input, length);
	send_next(state);
}

static void *open_stream(void)
{
	return open_pair(0, NULL, take);
}

static void *open_filtered_stream(void)
{
	return open_pair(1, NULL, take);
}

static uint64_t stream(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct pair *state = opaque;
	state->left = STREAM_BYTES;
	state->sum = 0;
	send_next(state);
	event_base_dispatch(state->base);
	return state->sum;
}

const struct workload pair_workloads[] = {
	{"pair-ping-pong", 1, {{"pair-ping-pong", "message", MESSAGES, 1}}, open_plain, ping_pong, close_pair},
	{"pair-stream-16k", 1, {{"pair-stream-16k", "byte", STREAM_BYTES, 1}}, open_stream, stream, close_pair},
	{"filter-pass-64", 1, {{"filter-pass-64", "message", MESSAGES, 1}}, open_filtered, ping_pong, close_pair},
	{"filter-pass-16k", 1, {{"filter-pass-16k", "byte", STREAM_BYTES, 1}}, open_filtered_stream, stream, close_pair},
	{"filter-stack", 1, {{"filter-stack", "message", MESSAGES, 1}}, open_stack, ping_pong, close_pair},
	{"rate-limit-overhead", 1, {{"rate-limit-overhead", "message", MESSAGES, 1}}, open_limited, ping_pong, close_pair},
};
const size_t pair_workload_count = sizeof pair_workloads / sizeof *pair_workloads;
