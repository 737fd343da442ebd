/* The frame of the C side: a workload, what it prints, its stopwatch. The Java side has the same three under the same names. */
#ifndef JEVENT_BENCH_H
#define JEVENT_BENCH_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_LAPS = 8, MAX_ROWS = 8 };

/* Collects the time of each lap of a run. What lies between a lap and the next mark is not counted. */
struct stopwatch {
	int64_t mark_nanos;
	int64_t lap_nanos[MAX_LAPS];
};

void stopwatch_mark(struct stopwatch *watch);
void stopwatch_lap(struct stopwatch *watch, int lap);

/* One printed line: the laps in the mask together, divided by the operations of one run. */
struct row {
	const char *name;
	const char *unit;
	int64_t operations;
	unsigned laps;
};

struct workload {
	const char *name;
	int row_count;
	struct row rows[MAX_ROWS];
	void *(*open)(void);
	/* Does the work once and returns a number that depends on all of it; the Java side returns the same. */
	uint64_t (*run)(void *state, struct stopwatch *watch);
	void (*close)(void *state);
};

extern const struct workload buffer_workloads[];
extern const size_t buffer_workload_count;
extern const struct workload event_workloads[];
extern const size_t event_workload_count;
extern const struct workload pair_workloads[];
extern const size_t pair_workload_count;
extern const struct workload timer_workloads[];
extern const size_t timer_workload_count;

/* Ends the program, naming the call that failed. */
_Noreturn void fail(const char *call);

void *checked(void *pointer, const char *call);

/* The next number of a sequence that both sides draw, at least 0 and below the bound. */
uint32_t next_random(uint64_t *state, uint32_t bound);

#endif
