#ifndef AEGIS_STREAM_REJECT_READ_H
#define AEGIS_STREAM_REJECT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/report.h"

/* Reads reject files: what is in them, by code, and their records once more. */
struct reject_options {
	const char *code;        /* only records with this fault, or NULL */
	const char *const *keys; /* only records with which one of these keys is lost; NULL */
	size_t nkeys;
	bool silent;       /* say nothing where no record is found */
	uint64_t examples; /* of each code */
	bool flaws;        /* replay those as well */
	bool persons;      /* show values that are a person's */
	bool csv;          /* replay rows as plain CSV, not sealed */
};

/* What was found of what was asked for. */
struct reject_found {
	uint64_t records;
	uint64_t unnamed; /* rejects of which nobody knows whose row is lost */
};

/**
 * reject_read_count(path, o, r, found, e):
 * Describe in ${r} what the reject file ${path} ("-": standard input) holds, by code; what is a
 * person's only where ${o} says so.
 * Return 0, or -1 with ${e} set: STATUS_NOINPUT, STATUS_DATA (not a reject file, a broken seal).
 */
int reject_read_count(const char *path, const struct reject_options *o, struct report *r,
    struct reject_found *found, struct err *e);

/**
 * reject_read_replay(path, o, fd, n, e):
 * Write the rejected records of ${path} to ${fd} as they can be fed again: RRC's bytes as
 * they stood, rows as a sealed stream of the kind, source and dataset that they came
 * from.  Nothing is written before the file has proved whole.  Set ${n} to how many
 * these are.  Return 0, or -1 with ${e} set: as above, STATUS_DATA where a record
 * was cut, or files written before reject files said what their bytes are.
 */
int reject_read_replay(const char *path, const struct reject_options *o, int fd, uint64_t *n,
    struct err *e);

#endif
