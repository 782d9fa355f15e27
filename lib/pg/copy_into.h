#ifndef AEGIS_PG_COPY_INTO_H
#define AEGIS_PG_COPY_INTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "pg/pg.h"

/* How its rows are written: pg_copy_text(), or copy_row(). */
enum copy_form { COPY_TEXT, COPY_BINARY };

/*
 * A COPY ... FROM STDIN that is counted: it begins with its first row, goes to the server in
 * blocks while the rows are made, and is right only if the server took as many as were sent.
 */
struct copy_into {
	struct pg *pg;
	uint64_t rows;  /* of all that were ended, and of the open one */
	uint64_t ended; /* of those that were ended */
	bool open;
	enum copy_form form;
	struct buf b, sql;
};

enum {
	COPY_INTO_BLOCK = 128 << 10, /* bytes sent to the server at a time */
	COPY_INTO_MAX = 64 << 20,    /* of a block with the largest row behind it */
};

/**
 * copy_into_init(c, pg, form):
 * A COPY over ${pg} by the statement that the caller writes into c->sql (pg_sqlf()) before the
 * first row, and which has (FORMAT binary) where ${form} is.
 */
void copy_into_init(struct copy_into *c, struct pg *pg, enum copy_form form);

/**
 * copy_into_row(c, e):
 * A whole row was appended to c->b: count it, and send what makes a block.
 */
int copy_into_row(struct copy_into *c, struct err *e);

/**
 * copy_into_put(c, p, len, rows, e):
 * Send ${len} bytes of rows from elsewhere, in which ${rows} rows end.
 */
int copy_into_put(struct copy_into *c, const void *p, size_t len, uint64_t rows, struct err *e);

/**
 * copy_into_end(c, e):
 * Send the rest and end the COPY.  Return 0, or -1 with ${e} set: STATUS_DATA where the server took
 * another number of rows (a rule or trigger drops or doubles them).  The next row begins another.
 */
int copy_into_end(struct copy_into *c, struct err *e);

/**
 * copy_into_fail(c, why):
 * End one that is open after an error.
 */
void copy_into_fail(struct copy_into *c, const char *why);
void copy_into_free(struct copy_into *c);

#endif
