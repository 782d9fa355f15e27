/* A COPY into a table whose rows are counted on both sides. */

#include "pg/copy_into.h"

/* What stands before and behind all rows in the binary form: a signature, no flags, no extension; -1. */
static const char copy_into_head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0",
		  copy_into_tail[] = "\377\377";

void
copy_into_init(struct copy_into *c, struct pg *pg, enum copy_form form)
{

	c->pg = pg;
	c->form = form;
	c->rows = c->ended = 0;
	c->open = false;
	c->b = (struct buf)BUF_INIT(COPY_INTO_MAX);
	c->sql = (struct buf)BUF_INIT(1 << 20);
}

/* Start the COPY unless it is open already. */
static int
copy_into_open(struct copy_into *c, struct err *e)
{

	if (c->open)
		return (0);
	if (pg_copy_in(c->pg, c->sql.p, e))
		return (-1);
	c->open = true;
	return (c->form == COPY_BINARY &&
	    pg_copy_put(c->pg, copy_into_head, sizeof(copy_into_head), e));
}

int
copy_into_put(struct copy_into *c, const void *p, size_t len, uint64_t rows, struct err *e)
{

	c->rows += rows;
	return (len > 0 && (copy_into_open(c, e) || pg_copy_put(c->pg, p, len, e)));
}

/* Send what has been gathered. */
static int
copy_into_flush(struct copy_into *c, struct err *e)
{
	size_t len = c->b.len;

	c->b.len = 0;
	return (copy_into_put(c, c->b.p, len, 0, e));
}

int
copy_into_row(struct copy_into *c, struct err *e)
{

	/* The server begins as soon as there is something to do. */
	if (copy_into_open(c, e))
		return (-1);
	c->rows++;
	return (c->b.len >= COPY_INTO_BLOCK && copy_into_flush(c, e));
}

int
copy_into_end(struct copy_into *c, struct err *e)
{
	uint64_t arrived;

	if (copy_into_flush(c, e))
		return (-1);
	if (!c->open)
		return (0);
	if (c->form == COPY_BINARY &&
	    pg_copy_put(c->pg, copy_into_tail, sizeof(copy_into_tail) - 1, e))
		return (-1);
	c->open = false;
	if (pg_copy_end(c->pg, &arrived, e))
		return (-1);
	if (arrived != c->rows - c->ended)
		return (err_set(e, STATUS_DATA,
		    "%llu rows were sent to the database and %llu arrived: a rule or trigger drops rows",
		    (unsigned long long)(c->rows - c->ended), (unsigned long long)arrived));
	c->ended = c->rows;
	return (0);
}

void
copy_into_fail(struct copy_into *c, const char *why)
{

	if (c->open)
		pg_copy_fail(c->pg, why);
	c->open = false;
}

void
copy_into_free(struct copy_into *c)
{

	buf_free(&c->b);
	buf_free(&c->sql);
}
