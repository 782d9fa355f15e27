#ifndef AEGIS_LEDGER_LEDGER_H
#define AEGIS_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/num.h"
#include "pg/pg.h"
#include "stream/book.h"

/*
 * What a load leaves about itself in the data's transaction: its run, its sources,
 * every stage's book and the faults by code (tables batch_*, DESIGN 5).
 */
struct ledger {
	struct pg *pg;
	const char *stage;   /* "entity-load": the pipeline of a run by hand */
	const char *run;     /* UUID */
	const char *started; /* UTC, as PostgreSQL reads it */
	char dataset_id[16];
	bool delta; /* some of the source's rows only */
};

/* What became of a loading stage's rows. */
struct ledger_counts {
	uint64_t inserted, updated, revived, unchanged, duplicate;
	uint64_t retired; /* no rows of the input */
};

/**
 * ledger_said(s):
 * Whether a book's name or digest says something ("" and "-" don't).
 */
bool ledger_said(const char *s);

/**
 * ledger_printable(s):
 * Make '?' of what a name from outside may not bring into the database and the
 * report: bytes that are no UTF-8, and control characters.
 */
void ledger_printable(char *s);

/**
 * ledger_books(books, n):
 * A copy of the ${n} books that came with a seal, with names that are ledger_printable(); the
 * caller frees it.
 */
struct book *ledger_books(const struct book *books, size_t n);

/**
 * ledger_config(up, n, own, hex):
 * SHA-256 of what every stage says of its configuration, in the order of the pipe.
 */
void ledger_config(const struct book *up, size_t n, const struct book *own,
    char hex[DIGEST_SHA256_HEX + 1]);

/**
 * ledger_check(up, n, own, rejects, flaws, e):
 * Hold the books of a pipe, the ${n} upstream ones and the load's ${own}, each against the
 * one before it and against the ceilings.  Return 0, or -1 with ${e} set to STATUS_DATA.
 */
int ledger_check(const struct book *up, size_t n, const struct book *own,
    const struct ceiling *rejects, const struct ceiling *flaws, struct err *e);

/**
 * ledger_hopeless(stage, c, n, of, file, e):
 * -1 with ${e} set to STATUS_DATA where ${stage} may stop, since ${n} rejects among the ${of} records
 * so far are more than ${c} will allow in the end; ${file} has them, or is NULL.
 */
int ledger_hopeless(const char *stage, const struct ceiling *c, uint64_t n, uint64_t of,
    const char *file, struct err *e);

/**
 * ledger_tenant(pg, tenant, e):
 * Return 0 where some entity type, load, rule or filing names ${tenant}; else -1 with ${e} set to
 * STATUS_DATA, since a misspelt tenant has nothing to do and looks like success.
 */
int ledger_tenant(struct pg *pg, const char *tenant, struct err *e);

/**
 * ledger_run(l, e):
 * Record the run, unless the runner did before it began.  By hand this row is the
 * whole record, and is to be written when there is nothing left to go wrong but
 * the COMMIT.
 */
int ledger_run(const struct ledger *l, struct err *e);

/**
 * ledger_dataset(pg, tenant, type, dataset, id, size, e):
 * The id of the tenant's ${dataset}, which is made where it is new; ${type} is the entity
 * type that it feeds, or "table", "rule".
 */
int ledger_dataset(struct pg *pg, const char *tenant, const char *type, const char *dataset,
    char *id, size_t size, struct err *e);

/**
 * ledger_dataset_find(pg, tenant, type, dataset, id, e):
 * The same for one that may not be there, and is not made: then ${id} is 0.
 */
int ledger_dataset_find(struct pg *pg, const char *tenant, const char *type, const char *dataset,
    uint64_t *id, struct err *e);

/**
 * ledger_section(pg, run, dataset, section, e):
 * The number of the run's next stream of the dataset with the number ${dataset}: one run may load again.
 */
int ledger_section(struct pg *pg, const char *run, const char *dataset, unsigned long *section,
    struct err *e);

/**
 * ledger_stream(l, section, source, config, up, n, own, counts, e):
 * Record a stream: its source, every stage's book with its faults by code, and what
 * became of the rows.  ${config} is the SHA-256 of all that the stages were
 * configured by.
 */
int ledger_stream(const struct ledger *l, unsigned long section, const char *source,
    const char *config, const struct book *up, size_t n, const struct book *own,
    const struct ledger_counts *counts, struct err *e);

#endif
