#ifndef AEGIS_PIPELINE_TAIL_H
#define AEGIS_PIPELINE_TAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/result.h"

/*
 * What the stages of a step say on standard error: passed on line by line, so
 * that lines of different stages do not mix, and the last ones kept.
 */
enum { TAIL_LINES = 20, TAIL_LINE_MAX = 2048 };

struct voice;

/* The last lines of a step. */
struct tail_ring {
	struct voice *voice; /* passes them on, or NULL: they go to standard error as they are */
	const char *step;
	char *line[TAIL_LINES];
	size_t n; /* lines so far; the last one is line[(n - 1) % TAIL_LINES] */
};

/* The line that one stage is in the middle of. */
struct tail {
	size_t stage; /* its number in the step */
	char part[TAIL_LINE_MAX];
	size_t len;
	bool error_seen;
};

/**
 * tail_feed(t, ring, s, p, n):
 * Take ${n} bytes that a stage wrote.  Whole lines (or TAIL_LINE_MAX bytes of a
 * longer one) are passed on, and kept in ${ring}; ${s} learns the stage's
 * first error message (or its last line) and whether it speaks of a broken pipe.
 */
void tail_feed(struct tail *t, struct tail_ring *ring, struct result_stage *s, const char *p,
    size_t n);

/**
 * tail_end(t, ring, s):
 * The stage has ended: treat an unfinished line as a whole one.
 */
void tail_end(struct tail *t, struct tail_ring *ring, struct result_stage *s);

/**
 * tail_text(ring):
 * Return the lines in ${ring}, oldest first, in memory that the caller frees;
 * NULL if there are none.
 */
char *tail_text(const struct tail_ring *ring);
void tail_clear(struct tail_ring *ring);

#endif
