/* A million timers, of which nine in ten are cancelled before they are due. */
#include "bench.h"

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

enum { TIMERS = 1000000, SPREAD_MICROS = 500000, FIRED = TIMERS / 10, CANCELLED = TIMERS - FIRED };
enum { CREATE = 1, ADD, CANCEL, FIRE, CLOSE };

struct timers {
	struct event_base *base;
	struct event **events;
	uint64_t fired;
};

static void count_fired(evutil_socket_t fd, short what, void *opaque)
{
	(void)fd;
	(void)what;
	struct timers *state = opaque;
	state->fired++;
}

static void *open_timers(void)
{
	struct timers *state = checked(calloc(1, sizeof *state), "calloc");
	state->base = checked(event_base_new(), "event_base_new");
	state->events = checked(calloc(TIMERS, sizeof *state->events), "calloc");
	return state;
}

static uint64_t run_timers(void *opaque, struct stopwatch *watch)
{
	struct timers *state = opaque;
	uint64_t random = 42;
	state->fired = 0;
	stopwatch_mark(watch);
	for (int i = 0; i < TIMERS; i++)
		state->events[i] = checked(evtimer_new(state->base, count_fired, state), "event_new");
	stopwatch_lap(watch, CREATE);
	for (int i = 0; i < TIMERS; i++) {
		struct timeval timeout = {0, (suseconds_t)next_random(&random, SPREAD_MICROS)};
		evtimer_add(state->events[i], &timeout);
	}
	stopwatch_lap(watch, ADD);
	for (int i = 0; i < TIMERS; i++)
		if (i % 10 != 0)
			evtimer_del(state->events[i]);
	stopwatch_lap(watch, CANCEL);
	/* Until all are due, so that firing is work and not waiting. */
	struct timespec spread = {0, (long)SPREAD_MICROS * 1000};
	nanosleep(&spread, NULL);
	stopwatch_mark(watch);
	event_base_dispatch(state->base);
	stopwatch_lap(watch, FIRE);
	for (int i = 0; i < TIMERS; i++)
		event_free(state->events[i]);
	stopwatch_lap(watch, CLOSE);
	return state->fired;
}

static void close_timers(void *opaque)
{
	struct timers *state = opaque;
	event_base_free(state->base);
	free(state->events);
	free(state);
}

const struct workload timer_workloads[] = {
	{"timers",
		5,
		{{"timers", "timer", TIMERS, 1 << ADD | 1 << CANCEL | 1 << FIRE},
			{"timers-add", "timer", TIMERS, 1 << ADD},
			{"timers-cancel", "timer", CANCELLED, 1 << CANCEL},
			{"timers-fire", "timer", FIRED, 1 << FIRE},
			{"timers-create-close", "timer", TIMERS, 1 << CREATE | 1 << CLOSE}},
		open_timers, run_timers, close_timers},
};
const size_t timer_workload_count = sizeof timer_workloads / sizeof *timer_workloads;
