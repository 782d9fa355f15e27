#ifndef AEGIS_PIPELINE_MONITOR_H
#define AEGIS_PIPELINE_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The lines that tell a person at a terminal how far a run is, made from the
 * stages' status lines (base/progress.h).
 */
struct monitor;

/**
 * monitor_new(nsteps):
 * A monitor of a pipeline's steps.
 */
struct monitor *monitor_new(size_t nsteps);

/**
 * monitor_start(m, step, name, size):
 * A step starts; ${size} is the size of its input in bytes, 0 if that is not
 * known.  ${name} must stay valid.
 */
void monitor_start(struct monitor *m, size_t step, const char *name, uint64_t size);
void monitor_stop(struct monitor *m, size_t step);

/**
 * monitor_status(m, step, stage, p, len):
 * Take one status line of the step's ${stage}th stage; what is no such line is
 * ignored.
 */
void monitor_status(struct monitor *m, size_t step, size_t stage, const char *p, size_t len);

/**
 * monitor_line(m, step, now_ns, dst, size):
 * Write the line of a step: what it does that is not counted, and since when; else how much of its source
 * was read, by the stage furthest up, rows of the stage furthest down, and the time left where a size is
 * known.  Return its length; 0 where the step does not run.
 */
size_t monitor_line(const struct monitor *m, size_t step, uint64_t now_ns, char *dst, size_t size);

/**
 * monitor_draw(m), monitor_clear(m):
 * Put a line for each running step on the terminal that is standard error; take them away again (before
 * other lines are written there, and at the end).
 */
void monitor_draw(struct monitor *m);
void monitor_clear(struct monitor *m);
void monitor_free(struct monitor *m);

#endif
