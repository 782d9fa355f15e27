#ifndef AEGIS_LEDGER_INTAKE_H
#define AEGIS_LEDGER_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/num.h"
#include "ledger/ledger.h"
#include "pg/pg.h"
#include "stream/book.h"
#include "stream/reader.h"
#include "stream/reject.h"

/*
 * What every load has at its front: sealed streams, one after the other, become rows; each stream is
 * a section with its books and its reject file; at the end the books must balance, stage by
 * stage, and are stored in the data's transaction.
 */
struct intake;

/* One stream of the input, and what became of its rows. */
struct intake_section {
	char *source; /* as the stream names it, printable */
	char run[37]; /* that it is stored under: the stream's, unless the load says another */
	struct book *upstream; /* the stages before, the first one first; from the seal on */
	size_t nupstream;
	struct book own;      /* read and rejected are counted here, the rest by the load */
	const char *replayed; /* the dataset that a replay of its rejects must name, or NULL */
	struct ledger_counts counts;
	char dataset_id[16]; /* and its number in the run: once written */
	unsigned long number;
};

struct intake_options {
	const char *stage;       /* "entity-load" */
	const char *rejects;     /* reject file of the first stream, PATH.2 of the second */
	const char *reject_kind; /* what stands behind "reject:"; NULL: the stream's kind */
	const char *tenant;      /* that the reject file names, or NULL */
	bool needs_books;        /* a stream without a stage before is an error */
	struct ceiling max_rejects, max_flaws; /* for every stage of the pipe */
};

/*
 * What a load does with them; each returns 0, or -1 with ${e} set.
 *   begin  the header is read; sets own.config_sha256 and own.dataset of the section
 *   row    a row, its fields as stream_reader_fields() has them
 *   end    the seal is right, and the books before ours are there
 */
struct intake_steps {
	int (*begin)(void *load, struct intake_section *s, struct err *e);
	int (*row)(void *load, const struct stream_field *f, struct err *e);
	int (*end)(void *load, struct intake_section *s, struct err *e);
};

/**
 * intake_new(o):
 * ${o} and its strings must live until intake_close().
 */
struct intake *intake_new(const struct intake_options *o);

/**
 * intake_add(in, source):
 * A section of its own for what is not a stream: a file that the load itself reads.
 */
struct intake_section *intake_add(struct intake *in, const char *source);

/**
 * intake_take(in, r, begun, steps, load, e):
 * Read ${r}, which stays the caller's, to its end; ${begun}: its first header has been read.
 * Return 0, or -1 with ${e} set: by the reader, a step, a reject without a file, or one too many.
 */
int intake_take(struct intake *in, struct stream_reader *r, bool begun,
    const struct intake_steps *steps, void *load, struct err *e);

/**
 * intake_reader(in), intake_faults(in):
 * The reader at work, and a list of faults, empty at each row.
 */
struct stream_reader *intake_reader(const struct intake *in);
struct fault_list *intake_faults(const struct intake *in);

/**
 * intake_reject(in, key, len, e), intake_reject_at(in, at, raw, len, e):
 * Set the row last read aside, or another one, with the faults of intake_faults().  ${key} (NULL: it
 * has none) says whose row is lost.
 */
int intake_reject(struct intake *in, const char *key, size_t len, struct err *e);
int intake_reject_at(struct intake *in, const struct reject_at *at, const char *raw, size_t len,
    struct err *e);

/**
 * intake_place(in, record, offset):
 * Where the row at hand comes from, as stream_reader_place() has it.
 */
void intake_place(const struct intake *in, uint64_t *record, uint64_t *offset);

/**
 * intake_pack(in, out, e), intake_unpack(in, p, len, e):
 * Append the row at hand, with its place, to ${out}; and the way back, within the same section: the ${len} bytes at
 * ${p} are the row at hand, until the next one is read or intake_unpack() is called with NULL.  Return its
 * fields, or NULL, with ${e} set where ${p} is not NULL.
 */
int intake_pack(const struct intake *in, struct buf *out, struct err *e);
const struct stream_field *intake_unpack(struct intake *in, const char *p, size_t len,
    struct err *e);

/**
 * intake_sections(in), intake_section(in, i), intake_now(in):
 * How many there are, the ${i}th, and the last one.
 */
size_t intake_sections(const struct intake *in);
struct intake_section *intake_section(const struct intake *in, size_t i);
struct intake_section *intake_now(const struct intake *in);

/**
 * intake_totals(in, rejected, skipped):
 * Sums over the sections; either pointer may be NULL.
 */
struct ledger_counts intake_totals(const struct intake *in, uint64_t *rejected, uint64_t *skipped);

/**
 * intake_check(in, e):
 * When all is counted: own.rows and own.used of each section by its counts; every book against the one
 * before it and against the ceilings.  Return 0, or -1 with ${e} set to STATUS_DATA.
 */
int intake_check(struct intake *in, struct err *e);

/**
 * intake_write(in, pg, tenant, type, started, delta, e):
 * Store every section: its run, dataset (of ${tenant} and ${type}, see ledger_dataset()), source,
 * books and faults by code.
 */
int intake_write(struct intake *in, struct pg *pg, const char *tenant, const char *type,
    const char *started, bool delta, struct err *e);

/**
 * intake_close(in), intake_free(in):
 * Give up the reject file that is open (what is written stays as PATH.partial) and the faults, which a
 * report does not need; and all.
 */
void intake_close(struct intake *in);
void intake_free(struct intake *in);

#endif
