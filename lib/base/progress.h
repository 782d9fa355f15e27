#ifndef AEGIS_BASE_PROGRESS_H
#define AEGIS_BASE_PROGRESS_H

#include <stdint.h>

/*
 * A stage's word to the runner: one line of JSON a second to the descriptor that
 * AEGIS_STATUS_FD names,
 *
 *   {"stage":"rrc-decode","read":N,"rows":N,"rejected":N,"bytes":N,"size":N}
 *
 * with "size" where it is known; or {"stage":"entity-load","phase":"links"}.  Without that variable, or where the runner does
 * not listen, nothing happens: no call here can fail or wait.  One thread.
 */

/**
 * progress_init(stage):
 * Start: find the descriptor, which programs that this one starts will not get.
 * ${stage} must stay valid.
 */
void progress_init(const char *stage);

/**
 * progress_size(bytes):
 * Say how many bytes there will be to read, in the measure of progress_tick().
 */
void progress_size(uint64_t bytes);

/**
 * progress_tick(read, rows, rejected, bytes):
 * Records read, rows written, records rejected and bytes of the source read so
 * far.  To be called once a record or once a block; the clock is looked at only
 * about ten times a second, so that most calls cost a subtraction.
 */
void progress_tick(uint64_t read, uint64_t rows, uint64_t rejected, uint64_t bytes);

/**
 * progress_phase(what):
 * Say what is done now that is not counted in records, or where it stands in it: "links", "vertices
 * of Well (2 of 7)".  At once; plain ASCII, up to 60 bytes.
 */
void progress_phase(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * progress_end(read, rows, rejected, bytes):
 * Write the last line, at once.
 */
void progress_end(uint64_t read, uint64_t rows, uint64_t rejected, uint64_t bytes);

#endif
