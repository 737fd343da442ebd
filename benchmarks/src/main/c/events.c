/* Activation chains, and turns of the loop that wait for nothing. */
#include "bench.h"

#include <event2/event.h>
#include <stdlib.h>

enum { RING = 1000, HOPS = 100000, TURNS = 1000, TASKS_A_TURN = 1000 };

struct ring;

struct link {
	struct ring *ring;
	struct event *event;
	struct link *next;
};

struct ring {
	struct event_base *base;
	struct link links[RING];
	int64_t left;
	uint64_t sum;
};

/* Activates the next event of the ring. */
static void hop(evutil_socket_t fd, short what, void *opaque)
{
	(void)fd;
	(void)what;
	struct link *link = opaque;
	struct ring *ring = link->ring;
	ring->sum += (uint64_t)(link - ring->links);
	if (--ring->left > 0)
		evuser_trigger(link->next->event);
}

/* Activates the same event again, as long as there are hops left for all of them. */
static void again(evutil_socket_t fd, short what, void *opaque)
{
	(void)fd;
	(void)what;
	struct link *link = opaque;
	struct ring *ring = link->ring;
	ring->sum += (uint64_t)(link - ring->links);
	if (--ring->left >= RING)
		evuser_trigger(link->event);
}

static void *open_ring(event_callback_fn callback)
{
	struct ring *ring = checked(calloc(1, sizeof *ring), "calloc");
	ring->base = checked(event_base_new(), "event_base_new");
	for (int i = 0; i < RING; i++) {
		ring->links[i].ring = ring;
		ring->links[i].next = &ring->links[(i + 1) % RING];
		ring->links[i].event = checked(evuser_new(ring->base, callback, &ring->links[i]), "event_new");
	}
	return ring;
}

static void *open_chain(void)
{
	return open_ring(hop);
}

static void *open_all(void)
{
	return open_ring(again);
}

static uint64_t run_ring(struct ring *ring, int first_count)
{
	ring->left = HOPS;
	ring->sum = 0;
	for (int i = 0; i < first_count; i++)
		evuser_trigger(ring->links[i].event);
	event_base_dispatch(ring->base);
	return ring->sum;
}

/* One activation wanders around the ring. */
static uint64_t run_chain(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	return run_ring(opaque, 1);
}

/* All events of the ring are active at the same time. */
static uint64_t run_all(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	return run_ring(opaque, RING);
}

static void close_ring(void *opaque)
{
	struct ring *ring = opaque;
	for (int i = 0; i < RING; i++)
		event_free(ring->links[i].event);
	event_base_free(ring->base);
	free(ring);
}

struct turns {
	struct event_base *base;
	struct event *far_timer;
	uint64_t ran;
};

static void count_task(evutil_socket_t fd, short what, void *opaque)
{
	(void)fd;
	(void)what;
	struct turns *state = opaque;
	state->ran++;
}

/* A timer far away keeps the loop from ending. */
static void *open_turns(void)
{
	struct turns *state = checked(calloc(1, sizeof *state), "calloc");
	state->base = checked(event_base_new(), "event_base_new");
	state->far_timer = checked(evtimer_new(state->base, count_task, state), "event_new");
	struct timeval hour = {3600, 0};
	evtimer_add(state->far_timer, &hour);
	return state;
}

/* Turns of the loop in which nothing happens. */
static uint64_t run_empty_turns(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct turns *state = opaque;
	uint64_t sum = 0;
	for (int i = 0; i < TURNS; i++)
		sum += (uint64_t)(event_base_loop(state->base, EVLOOP_NONBLOCK) == 0);
	return sum;
}

/* With EVLOOP_ONCE a turn that ran something is the last one; without, libevent would poll a second time. */
static uint64_t run_turns(struct turns *state, int turn_count, int task_count)
{
	state->ran = 0;
	for (int i = 0; i < turn_count; i++) {
		for (int j = 0; j < task_count; j++)
			if (event_base_once(state->base, -1, EV_TIMEOUT, count_task, state, NULL) != 0)
				fail("event_base_once");
		event_base_loop(state->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	}
	return state->ran;
}

static uint64_t run_task_turns(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	return run_turns(opaque, TURNS, 1);
}

static uint64_t run_many_tasks(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	return run_turns(opaque, 10, TASKS_A_TURN);
}

static void close_turns(void *opaque)
{
	struct turns *state = opaque;
	event_free(state->far_timer);
	event_base_free(state->base);
	free(state);
}

const struct workload event_workloads[] = {
	{"activate-chain", 1, {{"activate-chain", "hop", HOPS, 1}}, open_chain, run_chain, close_ring},
	{"activate-all", 1, {{"activate-all", "hop", HOPS, 1}}, open_all, run_all, close_ring},
	{"turn-empty", 1, {{"turn-empty", "turn", TURNS, 1}}, open_turns, run_empty_turns, close_turns},
	{"turn-one-task", 1, {{"turn-one-task", "turn", TURNS, 1}}, open_turns, run_task_turns, close_turns},
	{"turn-1000-tasks", 1, {{"turn-1000-tasks", "task", 10 * TASKS_A_TURN, 1}}, open_turns, run_many_tasks, close_turns},
};
const size_t event_workload_count = sizeof event_workloads / sizeof *event_workloads;
