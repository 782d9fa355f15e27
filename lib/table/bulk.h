#ifndef AEGIS_TABLE_BULK_H
#define AEGIS_TABLE_BULK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/num.h"
#include "ledger/ledger.h"

/*
 * table-load: the rows of sealed table:NAME streams go into their tables in one
 * transaction, or not at all (DESIGN 3).
 */
enum table_mode {
	TABLE_INSERT,  /* every row is new */
	TABLE_UPSERT,  /* rows that are there are updated */
	TABLE_REPLACE, /* and rows that are not in the input are deleted */
};

struct bulk_options {
	const char *conninfo; /* of libpq, or NULL: see pg_connect() */
	const char *table;    /* the only one that may come, or NULL */
	enum table_mode mode;
	const char *key;   /* columns "a,b" of a unique index, or NULL: the natural key */
	const char *scope; /* replace: "COLUMN=VALUE", rows outside of it stay; or NULL */
	const char
	    *rejects; /* reject file of the first stream, PATH.2 of the second, ...; or NULL */
	struct ceiling max_rejects, max_deleted;
	bool cascade;         /* replace: rows of other tables may go with those deleted */
	bool hash_passwords;  /* users: a column `password` is taken, and hashed */
	uint64_t bcrypt_cost; /* 4 to 31 */
	bool plan;            /* do it, count it, and roll it back */
};

/* What became of one table's rows. */
struct table_result {
	const char *table;
	uint64_t read, rejected;
	struct ledger_counts counts; /* retired: deleted */
};

struct bulk;

/* An input: a descriptor, which stays the caller's, and its name for messages. */
struct table_input {
	int fd;
	const char *name;
};

/**
 * bulk_run(o, in, n, e):
 * Load the ${n} inputs, parents before children.  With several, constraints that
 * are deferrable are looked at when all are in.  Return the load, committed (with
 * o->plan: rolled back), freed by the caller with bulk_free(); or NULL with
 * ${e} set and nothing changed: STATUS_USAGE (mode and table do not fit), STATUS_CONFIG
 * (no such table or column), STATUS_DATA (seal, ceiling, a reject without a file,
 * guards, a constraint that only the whole can break), STATUS_TEMPFAIL (lost connection).
 */
struct bulk *bulk_run(const struct bulk_options *o, const struct table_input *in, size_t n,
    struct err *e);

/**
 * bulk_results(l, n):
 * The ${n} streams' results, in the order in which they were loaded.
 */
const struct table_result *bulk_results(const struct bulk *l, size_t *n);
void bulk_free(struct bulk *l);

#endif
