/*
 * Runs workloads on libevent and prints one line for each row:
 *
 *     name unit nanoseconds-per-operation checksum
 *
 * bench WARM_MS MEASURE_MS [NAME...]   measures the workloads named, or all
 * bench list                          prints the names of all
 * bench version                       prints libevent's version
 */
#include "bench.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t now_nanos(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void stopwatch_mark(struct stopwatch *watch)
{
	watch->mark_nanos = now_nanos();
}

void stopwatch_lap(struct stopwatch *watch, int lap)
{
	int64_t now = now_nanos();
	watch->lap_nanos[lap] += now - watch->mark_nanos;
	watch->mark_nanos = now;
}

_Noreturn void fail(const char *call)
{
	fprintf(stderr, "bench: %s failed\n", call);
	exit(1);
}

void *checked(void *pointer, const char *call)
{
	if (pointer == NULL)
		fail(call);
	return pointer;
}

uint32_t next_random(uint64_t *state, uint32_t bound)
{
	uint64_t x = *state;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return (uint32_t)((x >> 33) % bound);
}

/* Runs until the time is over, at least once; returns how many runs that were. */
static int64_t run_for(const struct workload *workload, void *state, struct stopwatch *watch, int64_t nanos,
	uint64_t *checksum)
{
	int64_t start = now_nanos();
	int64_t runs = 0;
	do {
		stopwatch_mark(watch);
		uint64_t sum = workload->run(state, watch);
		stopwatch_lap(watch, 0);
		if (runs > 0 && sum != *checksum)
			fail(workload->name);
		*checksum = sum;
		runs++;
	} while (now_nanos() - start < nanos);
	return runs;
}

static void measure(const struct workload *workload, int64_t warm_nanos, int64_t measure_nanos)
{
	void *state = workload->open();
	struct stopwatch watch = {0};
	uint64_t checksum = 0;
	run_for(workload, state, &watch, warm_nanos, &checksum);
	memset(&watch, 0, sizeof watch);
	int64_t runs = run_for(workload, state, &watch, measure_nanos, &checksum);
	workload->close(state);
	for (int i = 0; i < workload->row_count; i++) {
		const struct row *row = &workload->rows[i];
		int64_t nanos = 0;
		for (int lap = 0; lap < MAX_LAPS; lap++)
			nanos += (row->laps >> lap & 1) ? watch.lap_nanos[lap] : 0;
		printf("%s %s %.5f %llu\n", row->name, row->unit, (double)nanos / ((double)runs * (double)row->operations),
			(unsigned long long)checksum);
	}
	fflush(stdout);
}

static int is_wanted(const char *name, int count, char **names)
{
	for (int i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
	return count == 0;
}

static const struct workload *workload_at(size_t index)
{
	const struct workload *groups[] = {buffer_workloads, event_workloads, pair_workloads, timer_workloads};
	const size_t counts[] = {buffer_workload_count, event_workload_count, pair_workload_count, timer_workload_count};
	for (int group = 0; group < 4; group++) {
		if (index < counts[group])
			return &groups[group][index];
		index -= counts[group];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct workload *workload;
	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (size_t i = 0; (workload = workload_at(i)) != NULL; i++)
			puts(workload->name);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "version") == 0) {
		puts(event_get_version());
		return 0;
	}
	if (argc < 3) {
		fprintf(stderr, "usage: %s WARM_MS MEASURE_MS [NAME...] | list | version\n", argv[0]);
		return 2;
	}
	int64_t warm_nanos = atoll(argv[1]) * 1000000;
	int64_t measure_nanos = atoll(argv[2]) * 1000000;
	for (size_t i = 0; (workload = workload_at(i)) != NULL; i++)
		if (is_wanted(workload->name, argc - 3, argv + 3))
			measure(workload, warm_nanos, measure_nanos);
	return 0;
}
