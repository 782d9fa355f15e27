#ifndef AEGIS_PG_COPY_SPOOL_H
#define AEGIS_PG_COPY_SPOOL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "pg/copy_into.h"
#include "pg/pg.h"

/* Rows of a COPY that wait: in memory up to a block, then in a file without a name. */
struct copy_spool {
	int fd; /* -1: all of it is still in memory */
	enum copy_form form;
	uint64_t rows;
	struct buf b;
};

enum {
	COPY_SPOOL_BLOCK = 128 << 10, /* bytes sent to the server at a time */
	COPY_SPOOL_MAX = 32 << 20,    /* of a block with the largest row behind it */
};

void copy_spool_init(struct copy_spool *s, enum copy_form form);

/**
 * copy_spool_row(s, e):
 * A whole row was appended to s->b: count it, and make room.
 */
int copy_spool_row(struct copy_spool *s, struct err *e);

/**
 * copy_spool_send(s, pg, sql, e):
 * Run the COPY ${sql} with all that was spooled (nothing where that is nothing); the server must
 * count as many rows as the spool did.
 */
int copy_spool_send(struct copy_spool *s, struct pg *pg, const char *sql, struct err *e);
void copy_spool_free(struct copy_spool *s);

#endif
