/* What programs do with an evbuffer. An operation is a byte, except where whole buffers move. */
#include "bench.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20, QUARTER_MIB = 1 << 18, LARGEST_PIECE = 16 * 1024, MOVES = 1024 };

struct pieces {
	size_t piece_bytes;
	struct evbuffer *near;
	struct evbuffer *far;
	unsigned char source[LARGEST_PIECE];
	unsigned char target[LARGEST_PIECE];
};

static void *open_pieces(size_t piece_bytes)
{
	struct pieces *state = checked(calloc(1, sizeof *state), "calloc");
	state->piece_bytes = piece_bytes;
	state->near = checked(evbuffer_new(), "evbuffer_new");
	state->far = checked(evbuffer_new(), "evbuffer_new");
	for (size_t i = 0; i < sizeof state->source; i++)
		state->source[i] = (unsigned char)i;
	return state;
}

static void *open_small(void)
{
	return open_pieces(64);
}

static void *open_large(void)
{
	return open_pieces(LARGEST_PIECE);
}

static void close_pieces(void *opaque)
{
	struct pieces *state = opaque;
	evbuffer_free(state->near);
	evbuffer_free(state->far);
	free(state);
}

static void add_pieces(struct pieces *state, struct evbuffer *buffer, size_t byte_count)
{
	for (size_t done = 0; done < byte_count; done += state->piece_bytes) {
		state->source[0]++;
		if (evbuffer_add(buffer, state->source, state->piece_bytes) != 0)
			fail("evbuffer_add");
	}
}

/* Fills a buffer with 1 MiB, piece by piece, then drains it piece by piece. */
static uint64_t append_drain(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct pieces *state = opaque;
	add_pieces(state, state->near, MIB);
	uint64_t sum = 0;
	while (evbuffer_get_length(state->near) > 0) {
		sum += evbuffer_get_length(state->near);
		evbuffer_drain(state->near, state->piece_bytes);
	}
	return sum;
}

/* Appends a piece and copies it out again, until 1 MiB went through. */
static uint64_t add_remove(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct pieces *state = opaque;
	uint64_t sum = 0;
	for (size_t done = 0; done < MIB; done += state->piece_bytes) {
		add_pieces(state, state->near, state->piece_bytes);
		sum += (uint64_t)evbuffer_remove(state->near, state->target, state->piece_bytes);
		sum += state->target[state->piece_bytes - 1];
	}
	return sum;
}

/* What an echo server does: a piece arrives in one buffer, is moved to another, and leaves it. */
static uint64_t echo_move(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct pieces *state = opaque;
	uint64_t sum = 0;
	for (size_t done = 0; done < MIB; done += state->piece_bytes) {
		add_pieces(state, state->near, state->piece_bytes);
		evbuffer_add_buffer(state->far, state->near);
		sum += evbuffer_get_length(state->far);
		evbuffer_drain(state->far, state->piece_bytes);
	}
	return sum;
}

static void *open_moved(void)
{
	struct pieces *state = open_pieces(LARGEST_PIECE);
	add_pieces(state, state->near, QUARTER_MIB);
	return state;
}

/* Moves 256 KiB, appended 16 KiB at a time, to another buffer or back, 1024 times. */
static uint64_t move_whole(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct pieces *state = opaque;
	uint64_t sum = 0;
	for (int i = 0; i < MOVES; i += 2) {
		evbuffer_add_buffer(state->far, state->near);
		sum += evbuffer_get_length(state->far);
		evbuffer_add_buffer(state->near, state->far);
		sum += evbuffer_get_length(state->near);
	}
	return sum;
}

/* Appends 256 KiB, 16 KiB at a time, moves them 1000 bytes at a time to another buffer and drains that. */
static uint64_t move_pieces(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct pieces *state = opaque;
	add_pieces(state, state->near, QUARTER_MIB);
	uint64_t sum = 0;
	while (evbuffer_get_length(state->near) > 0)
		sum += (uint64_t)evbuffer_remove_buffer(state->near, state->far, 1000) * evbuffer_get_length(state->far);
	evbuffer_drain(state->far, QUARTER_MIB);
	return sum;
}

struct haystack {
	struct evbuffer *buffer;
	const char *needle;
};

/* 1 MiB of lower-case letters in chunks of 1000 bytes, and the needle behind them. */
static void *open_haystack(const char *needle)
{
	struct haystack *state = checked(calloc(1, sizeof *state), "calloc");
	state->buffer = checked(evbuffer_new(), "evbuffer_new");
	state->needle = needle;
	uint64_t random = 42;
	struct evbuffer *chunk = checked(evbuffer_new(), "evbuffer_new");
	for (int done = 0; done < MIB;) {
		char letters[1000];
		int count = MIB - done < 1000 ? MIB - done : 1000;
		for (int i = 0; i < count; i++)
			letters[i] = (char)('a' + next_random(&random, 26));
		evbuffer_add(chunk, letters, (size_t)count);
		evbuffer_add_buffer(state->buffer, chunk);
		done += count;
	}
	evbuffer_free(chunk);
	evbuffer_add(state->buffer, needle, strlen(needle));
	return state;
}

static void *open_rare(void)
{
	return open_haystack("Needle-in-a-haystack");
}

static void *open_frequent(void)
{
	return open_haystack("needle-in-a-haystack");
}

static uint64_t search(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct haystack *state = opaque;
	struct evbuffer_ptr found = evbuffer_search(state->buffer, state->needle, strlen(state->needle), NULL);
	return (uint64_t)found.pos;
}

static void close_haystack(void *opaque)
{
	struct haystack *state = opaque;
	evbuffer_free(state->buffer);
	free(state);
}

struct lines {
	struct evbuffer *buffer;
	enum evbuffer_eol_style style;
	char text[MIB];
};

/* 1 MiB of lines of 80 bytes, their ends included; the last one is shorter and has an end too. */
static void *open_lines(enum evbuffer_eol_style style, const char *end)
{
	struct lines *state = checked(calloc(1, sizeof *state), "calloc");
	state->buffer = checked(evbuffer_new(), "evbuffer_new");
	state->style = style;
	uint64_t random = 42;
	size_t end_bytes = strlen(end);
	for (size_t i = 0; i < MIB; i++)
		state->text[i] = (char)('a' + next_random(&random, 26));
	for (size_t i = 80; i <= MIB; i += 80)
		memcpy(state->text + i - end_bytes, end, end_bytes);
	memcpy(state->text + MIB - end_bytes, end, end_bytes);
	return state;
}

static void *open_lf(void)
{
	return open_lines(EVBUFFER_EOL_LF, "\n");
}

static void *open_crlf(void)
{
	return open_lines(EVBUFFER_EOL_CRLF, "\r\n");
}

/* Appends the text 16 KiB at a time and takes out line after line; each line is memory of its own on both sides. */
static uint64_t read_lines(void *opaque, struct stopwatch *watch)
{
	(void)watch;
	struct lines *state = opaque;
	for (size_t done = 0; done < MIB; done += LARGEST_PIECE)
		evbuffer_add(state->buffer, state->text + done, LARGEST_PIECE);
	uint64_t sum = 0;
	size_t length = 0;
	for (char *line = evbuffer_readln(state->buffer, &length, state->style); line != NULL;
		 line = evbuffer_readln(state->buffer, &length, state->style)) {
		sum += length * 31 + (unsigned char)line[0];
		free(line);
	}
	return sum;
}

static void close_lines(void *opaque)
{
	struct lines *state = opaque;
	evbuffer_free(state->buffer);
	free(state);
}

const struct workload buffer_workloads[] = {
	{"append-drain-64", 1, {{"append-drain-64", "byte", MIB, 1}}, open_small, append_drain, close_pieces},
	{"append-drain-16k", 1, {{"append-drain-16k", "byte", MIB, 1}}, open_large, append_drain, close_pieces},
	{"add-remove-64", 1, {{"add-remove-64", "byte", MIB, 1}}, open_small, add_remove, close_pieces},
	{"add-remove-16k", 1, {{"add-remove-16k", "byte", MIB, 1}}, open_large, add_remove, close_pieces},
	{"echo-move-64", 1, {{"echo-move-64", "byte", MIB, 1}}, open_small, echo_move, close_pieces},
	/* The pool of the base has no counterpart; the same work as the row before. */
	{"echo-move-64-base", 1, {{"echo-move-64-base", "byte", MIB, 1}}, open_small, echo_move, close_pieces},
	{"move-whole", 1, {{"move-whole", "move", MOVES, 1}}, open_moved, move_whole, close_pieces},
	{"move-pieces", 1, {{"move-pieces", "byte", QUARTER_MIB, 1}}, open_large, move_pieces, close_pieces},
	{"search-rare", 1, {{"search-rare", "byte", MIB, 1}}, open_rare, search, close_haystack},
	{"search-frequent", 1, {{"search-frequent", "byte", MIB, 1}}, open_frequent, search, close_haystack},
	{"readline-lf", 1, {{"readline-lf", "byte", MIB, 1}}, open_lf, read_lines, close_lines},
	{"readline-crlf", 1, {{"readline-crlf", "byte", MIB, 1}}, open_crlf, read_lines, close_lines},
};
const size_t buffer_workload_count = sizeof buffer_workloads / sizeof *buffer_workloads;
