#ifndef AEGIS_LEDGER_GROUND_H
#define AEGIS_LEDGER_GROUND_H

#include "base/buf.h"
#include "base/err.h"
#include "pg/copy_into.h"
#include "pg/copy_spool.h"
#include "pg/pg.h"

/*
 * Where rows of a large table go (sql/220_ground.sql): into a partition that is made for them, filled
 * while nobody sees it, and hung in with its indexes; or into the table, where that partition is there.
 */
struct ground {
	const char *table; /* entities, entity_sources, entity_links */
	char tenant[37];
	char key[128];  /* a type, a dataset's number, a rule */
	char fresh[64]; /* the partition that is filled, or "" */
};

/**
 * ground_tenant(pg, tenant, e):
 * Before the transaction: the tenant's own table of entities.
 */
int ground_tenant(struct pg *pg, const char *tenant, struct err *e);

/**
 * ground_open(g, pg, table, tenant, key, e):
 * Find out where the rows of ${key} of the tenant go, and make the place; ${table} must live as long.
 * Return 0, or -1 with ${e} set.
 */
int ground_open(struct ground *g, struct pg *pg, const char *table, const char *tenant,
    const char *key, struct err *e);

/**
 * ground_copy(g, pg, sql, columns, form, e):
 * Append to ${sql} the COPY of the ${columns} that fills it.
 */
int ground_copy(const struct ground *g, struct pg *pg, struct buf *sql, const char *columns,
    enum copy_form form, struct err *e);

/**
 * ground_close(g, pg, e):
 * After the last row: what was filled takes its place.  Nothing where there is nothing open.
 */
int ground_close(struct ground *g, struct pg *pg, struct err *e);

/**
 * ground_ready(pg, table, tenant, key, e):
 * Make the place where it is not there, for rows that come otherwise than by COPY.
 */
int ground_ready(struct pg *pg, const char *table, const char *tenant, const char *key,
    struct err *e);

/**
 * ground_is(table), ground_rest(pg, table, e), ground_settle(pg, table, e):
 * Is it such a table?  Before rows of any tenant come into it, and after the last of them, in one
 * transaction.
 */
bool ground_is(const char *table);
int ground_rest(struct pg *pg, const char *table, struct err *e);
int ground_settle(struct pg *pg, const char *table, struct err *e);

/**
 * ground_send(s, pg, table, tenant, key, columns, e):
 * All of that at once, with the rows of ${s}.
 */
int ground_send(struct copy_spool *s, struct pg *pg, const char *table, const char *tenant,
    const char *key, const char *columns, struct err *e);

#endif
