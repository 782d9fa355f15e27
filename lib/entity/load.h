#ifndef AEGIS_ENTITY_LOAD_H
#define AEGIS_ENTITY_LOAD_H

#include <stdbool.h>

#include "base/err.h"
#include "base/num.h"
#include "base/report.h"

/*
 * entity-load (DESIGN 7): the rows of sealed entity:TYPE streams become entities
 * in one transaction, or not at all.
 */
struct load_options {
	const char *tenant;   /* UUID */
	const char *type;     /* type_key */
	const char *conninfo; /* of libpq, or NULL: see pg_connect() */
	const char *dataset;  /* where the stream does not say; or NULL */
	const char *datasets; /* file that says what datasets mean; NULL: the home's */
	const char *matrix;   /* file that says who is in the matrix; NULL: the home's */
	const char *rejects;  /* reject file of the first stream, PATH.2 of the second,
	                         and so on; NULL: the first reject ends the load */
	struct ceiling max_rejects, max_flaws; /* for every stage of the pipe */
	struct ceiling max_retired;            /* of the entities that the dataset had */
	uint64_t memory;    /* bytes for what is known of the keys; what is beyond waits in files */
	bool delta;         /* these are some rows of the dataset: retire nothing */
	bool accept_shrink; /* retire whatever is not there */
	bool accept_change; /* take another layout, or other columns, than the last */
	bool accept_older;  /* take a source that was loaded before the last */
	bool plan;          /* stop at the difference, write nothing */
	bool persons;       /* a plan shows values that are a person's */
};

/* A load that was done. */
struct load;

/**
 * load_run(o, fd, name, e):
 * Read streams from ${fd} (not closed; ${name} is for messages) and load them.
 * The lock on tenant and type is taken before anything is read; the end of the
 * COPY is withheld until every seal is right and every book balances.
 * Return the load, committed (with o->plan: rolled back), freed by the caller with
 * load_free(); or NULL with ${e} set and nothing changed: STATUS_USAGE (no UUID,
 * no dataset), STATUS_CONFIG (type, columns, a field of two datasets), STATUS_DATA
 * (seal, books, ceilings, guards, a reject without a reject file), STATUS_TEMPFAIL
 * (the lock is held elsewhere, the connection was lost; at COMMIT it is not known
 * whether the data is in, and the rerun finds out), or what reading, spooling and
 * the server say.  The compliance matrix follows behind COMMIT: where that fails ${e} says that the
 * entities are loaded.
 */
struct load *load_run(const struct load_options *o, int fd, const char *name, struct err *e);

/**
 * load_check_matrix(o, missing, differing, e):
 * Count the cells of the compliance matrix that the type's entities lack, and those that do not say
 * what their entity says.  Nothing is read but the database, and nothing is written.
 */
int load_check_matrix(const struct load_options *o, uint64_t *missing, uint64_t *differing,
    struct err *e);

/**
 * load_report(l, r):
 * Describe the load in ${r} (doc/formats/load-report.md).
 */
void load_report(const struct load *l, struct report *r);
void load_free(struct load *l);

#endif
