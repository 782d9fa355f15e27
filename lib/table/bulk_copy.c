/* Rows into a table in blocks, of which every bad row is found and set aside. */

#include "table/bulk_copy.h"

#include <stdlib.h>
#include <string.h>

#include "table/bulk_block.h"
#include "table/bulk_rule.h"
#include "table/bulk_trial.h"

/*
 * Rows go straight into a COPY while they are read, so that both sides have work. A
 * savepoint stands before each block, and the block's text stays here until the
 * server has taken it all.  Where it refuses a row it says which; the rows before it
 * are sent again, the row is set aside, and the rest follows.  A fault that
 * it finds only at the end of the COPY (a foreign key) has no row: then the block is
 * halved until it has.
 */

enum {
	BULK_BLOCK_ROWS = 4096,     /* of a block while all goes well */
	BULK_BLOCK_CAREFUL = 1024,  /* for some blocks after a bad row */
	BULK_CAREFUL_BLOCKS = 64,   /* that many */
	BULK_BLOCK_BYTES = 4 << 20, /* and no more text than this, but for the last row */
};

struct bulk_copy {
	struct bulk_target *g;
	struct bulk_rule *rule;
	struct buf sql; /* SAVEPOINT and COPY ... FROM STDIN */
	struct bulk_block b;
	size_t sent; /* rows of it that were sent */
	bool open;   /* its COPY is */
	unsigned int careful;
	bool dense;       /* the last block ended among many bad rows */
	struct buf trial; /* the statement of bulk_trial(), or empty */
};

struct bulk_copy *
bulk_copy_new(struct bulk_target *g, struct err *e)
{
	struct bulk_copy *c = xcalloc(1, sizeof(*c));

	c->g = g;
	c->sql.max = 1 << 20;
	c->trial.max = 4 << 20;
	bulk_block_init(&c->b);
	if ((c->rule = bulk_rule_new(g, e)) != NULL &&
	    pg_sqlf(g->pg, &c->sql, e, "SAVEPOINT aegis_block; COPY %s (",
		g->staged ? BULK_STAGE : g->t->quoted) == 0 &&
	    pg_names(g->pg, &c->sql, g->columns, g->ncolumns, e) == 0 &&
	    pg_sqlf(g->pg, &c->sql, e, "%s) FROM STDIN",
		g->staged ? ", aegis_record, aegis_offset, aegis_raw" : "") == 0)
		return (c);
	bulk_copy_free(c, "");
	return (NULL);
}

void
bulk_copy_free(struct bulk_copy *c, const char *why)
{

	if (c == NULL)
		return;
	if (c->open)
		pg_copy_fail(c->g->pg, why);
	bulk_rule_free(c->rule);
	bulk_block_free(&c->b);
	buf_free(&c->sql);
	buf_free(&c->trial);
	free(c);
}

/* Start the COPY and note that it is open. */
static int
bulk_copy_open(struct bulk_copy *c, struct err *e)
{

	if (pg_copy_in(c->g->pg, c->sql.p, e))
		return (-1);
	c->open = true;
	return (0);
}

/* Close the COPY that has the rows [${from}, ${to}): 0 they are in, 1 the server
 * refused one (${why}), -1 with ${e} set. */
static int
bulk_copy_close(struct bulk_copy *c, size_t from, size_t to, struct err *why, struct err *e)
{
	uint64_t n = 0;
	int rc;

	c->open = false;
	rc = pg_copy_end(c->g->pg, &n, why);
	if (rc == 0) {
		if (n != to - from)
			return (bulk_trial_dropped(c->g->t, to - from, (size_t)n, e));
		return (pg_exec(c->g->pg, "RELEASE SAVEPOINT aegis_block", e));
	}
	if (why->status != STATUS_DATA) {
		(void)err_set(e, why->status, "%s", why->msg);
		if (why->hint[0] != '\0')
			(void)err_hint(e, "%s", why->hint);
		return (-1);
	}
	if (pg_exec(c->g->pg, "ROLLBACK TO SAVEPOINT aegis_block; RELEASE SAVEPOINT aegis_block",
		e))
		return (-1);
	return (1);
}

/* What the server said of the row, without its words for where. */
static void
bulk_copy_fault(struct bulk_copy *c, const struct err *why)
{
	const char *at = strstr(why->msg, "the database says: ");
	const char *msg = at != NULL ? at + strlen("the database says: ") : why->msg;
	const char *where = strstr(msg, " (COPY ");
	const char *column = pg_error_column(c->g->pg);

	fault_clear(intake_faults(c->g->in));
	fault_add(intake_faults(c->g->in), bulk_block_code(pg_error_state(c->g->pg)),
	    column[0] ? column : NULL, NULL, 0, "%.*s",
	    where != NULL ? (int)(where - msg) : (int)strlen(msg), msg);
}

/* Rows that are tried together: few where bad ones are dense, so that each costs little. */
struct bulk_window {
	size_t n;
	bool dense; /* the last ones had many: the server tries each for itself */
};

enum {
	BULK_DENSE_GAP = 32,    /* good rows between two bad ones that are dense */
	BULK_DENSE_ROWS = 1024, /* that are tried together then */
	BULK_DENSE_PART = 64,   /* dense is one in so many */
};

/* Some rows where bad ones are dense. */
static int
bulk_copy_dense(struct bulk_copy *c, size_t *from, size_t to, struct bulk_window *w, struct err *e)
{
	size_t end = to - *from < BULK_DENSE_ROWS ? to : *from + BULK_DENSE_ROWS, refused;

	if (bulk_trial(c->g, &c->trial, &c->b, *from, end, &refused, e))
		return (-1);
	w->dense = refused * BULK_DENSE_PART >= end - *from;
	w->n = BULK_BLOCK_CAREFUL;
	*from = end;
	return (0);
}

/*
 * Bring the rows [${from}, ${to}) in.  ${failed}: the server has refused them as they
 * are already, for ${why} at line ${line} (0: not said).
 */
static int
bulk_copy_range(struct bulk_copy *c, size_t from, size_t to, bool failed, struct err why,
    uint64_t line, struct bulk_window *w, struct err *e)
{

	while (from < to) {
		size_t end = failed || w->n > to - from ? to : from + w->n, bad;
		int rc;

		if (!failed && w->dense) {
			if (bulk_copy_dense(c, &from, to, w, e))
				return (-1);
			continue;
		}
		if (!failed) {
			why = (struct err)ERR_INIT;
			if (bulk_copy_open(c, e) || bulk_block_put(&c->b, c->g->pg, from, end, e))
				return (-1);
			if ((rc = bulk_copy_close(c, from, end, &why, e)) < 0)
				return (-1);
			if (rc == 0) {
				from = end;
				w->n *= 4;
				continue;
			}
			line = pg_error_line(c->g->pg);
		}
		failed = false;
		if (line == 0 && end - from > 1) {
			/* Each half is tried for itself. */
			w->n = (end - from) / 2;
			if (bulk_copy_range(c, from, from + w->n, false, why, 0,
				&(struct bulk_window){ w->n, false }, e))
				return (-1);
			from += w->n;
			continue;
		}
		bad = line == 0 ? from : from + (size_t)line - 1;
		if (bad >= end)
			return (err_set(e, STATUS_BUG,
			    "the database names a row that was not sent: %s", why.msg));
		bulk_copy_fault(c, &why);
		if (bulk_block_reject(&c->b, c->g->in, bad, e) ||
		    bulk_copy_range(c, from, bad, false, why, 0,
			&(struct bulk_window){ bad - from + 1, false }, e))
			return (-1);
		/* As many good ones may come before the next. */
		w->n = 2 * (bad - from) + 1;
		w->dense = bad - from < BULK_DENSE_GAP;
		from = bad + 1;
	}
	return (0);
}

int
bulk_copy_flush(struct bulk_copy *c, struct err *e)
{
	struct bulk_window w = { BULK_BLOCK_ROWS, false };
	struct err why = ERR_INIT;
	int rc = 0;

	if (c->b.n == 0)
		return (0);
	/* After a block full of bad rows the next one is not tried as a whole. */
	if (c->dense && c->sent == 0 && !c->open) {
		w.dense = true;
		rc = bulk_copy_range(c, 0, c->b.n, false, why, 0, &w, e);
		c->dense = w.dense;
		bulk_block_clear(&c->b);
		c->sent = 0;
		return (rc);
	}
	if (!c->open && bulk_copy_open(c, e))
		return (-1);
	if (bulk_block_put(&c->b, c->g->pg, c->sent, c->b.n, e))
		return (-1);
	if ((rc = bulk_copy_close(c, 0, c->b.n, &why, e)) < 0)
		return (-1);
	if (c->careful > 0)
		c->careful--;
	if (rc > 0) {
		c->careful = BULK_CAREFUL_BLOCKS;
		rc = bulk_copy_range(c, 0, c->b.n, true, why, pg_error_line(c->g->pg), &w, e);
		c->dense = w.dense;
	}
	bulk_block_clear(&c->b);
	c->sent = 0;
	return (rc);
}

/* Where the row came from, for the staging table. */
static int
bulk_copy_place(struct bulk_copy *c, const struct bulk_block_row *row, struct err *e)
{

	return (buf_addf(&c->b.text, e, "\t%llu\t%llu\t", (unsigned long long)row->record,
		    (unsigned long long)row->offset) ||
	    pg_copy_text(&c->b.text, c->b.raw.p + row->raw, c->b.raw.len - row->raw, e));
}

/* Append ${n} fields in COPY's text form, with TABs between. */
static int
bulk_copy_fields(struct bulk_copy *c, const struct stream_field *f, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0 && buf_add(&c->b.text, "\t", 1, e))
			return (-1);
		if (f[i].null ? buf_add(&c->b.text, "\\N", 2, e) :
				pg_copy_text(&c->b.text, f[i].p, f[i].len, e))
			return (-1);
	}
	return (0);
}

int
bulk_copy_row(struct bulk_copy *c, const struct stream_field *f, struct err *e)
{
	struct stream_reader *r = intake_reader(c->g->in);
	const struct stream_field *out;
	struct bulk_block *b = &c->b;
	const char *raw;
	size_t len;
	int rc;

	bulk_block_begin(b, r);
	raw = stream_reader_raw(r, &len);
	if ((rc = bulk_rule_row(c->rule, f, &out, e)) < 0 ||
	    bulk_rule_raw(c->rule, f, raw, len, &b->raw, e))
		return (-1);
	if (rc > 0) {
		rc = bulk_block_reject(b, c->g->in, b->n, e);
		bulk_block_undo(b);
		return (rc);
	}
	if (bulk_copy_fields(c, out, c->g->ncolumns, e) ||
	    (c->g->staged && bulk_copy_place(c, &b->rows[b->n], e)) ||
	    buf_add(&b->text, "\n", 1, e))
		return (-1);
	b->n++;
	/* A piece at a time: the server works while the next one is read. */
	if (!c->dense &&
	    b->text.len - (c->sent < b->n ? b->rows[c->sent].text : b->text.len) >= 64 << 10) {
		if ((!c->open && bulk_copy_open(c, e)) ||
		    bulk_block_put(b, c->g->pg, c->sent, b->n, e))
			return (-1);
		c->sent = b->n;
	}
	if (b->n >= (c->careful > 0 ? BULK_BLOCK_CAREFUL : BULK_BLOCK_ROWS) ||
	    b->text.len >= BULK_BLOCK_BYTES)
		return (bulk_copy_flush(c, e));
	return (0);
}
