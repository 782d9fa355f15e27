#include <stdlib.h>
#include <string.h>

#include "table/bulk_state.h"

/*
 * Rows go straight into a COPY while they are read, so that both sides have work. A
 * savepoint stands before each block, and the block's text stays here until the
 * server has taken it all.  Where it refuses a row it says which; the rows before it
 * are sent again, the row is set aside, and the rest follows.  A fault that
 * it finds only at the end of the COPY (a foreign key) has no row: then the block is
 * halved until it has.
 */

static const char bulk_staging[] = "aegis_stage";

int
bulk_copy_begin(struct bulk *l, struct err *e)
{

	bulk_rule_free(l->rule);
	if ((l->rule = bulk_rule_new(l, l->columns, &l->ncolumns, e)) == NULL)
		return (-1);
	l->copy_sql.len = l->trial.len = 0;
	if (buf_addf(&l->copy_sql, e, "SAVEPOINT aegis_block; COPY %s (",
		l->staged ? bulk_staging : l->t->quoted) ||
	    table_quote_list(&l->copy_sql, l->columns, l->ncolumns, e) ||
	    (l->staged && buf_adds(&l->copy_sql, ", aegis_record, aegis_offset, aegis_raw", e)) ||
	    buf_adds(&l->copy_sql, ") FROM STDIN", e))
		return (-1);
	return (buf_str(&l->copy_sql, e) == NULL ? -1 : 0);
}

void
bulk_copy_abort(struct bulk *l, const char *why)
{

	if (l->open)
		pg_copy_fail(l->pg, why);
	l->open = false;
}

static int
bulk_copy_open(struct bulk *l, struct err *e)
{

	if (pg_copy_in(l->pg, l->copy_sql.p, e))
		return (-1);
	l->open = true;
	return (0);
}

static size_t
bulk_copy_end_of(const struct bulk *l, size_t row)
{

	return (row + 1 < l->nrows ? l->rows[row + 1].text : l->text.len);
}

/* Send rows that are complete in the block. */
int
bulk_copy_send(struct bulk *l, size_t from, size_t to, struct err *e)
{
	size_t a, b;

	if (from == to)
		return (0);
	a = l->rows[from].text;
	b = bulk_copy_end_of(l, to - 1);
	return (pg_copy_put(l->pg, l->text.p + a, b - a, e));
}

int
bulk_copy_dropped(const struct bulk *l, size_t sent, size_t arrived, struct err *e)
{

	return (err_set(e, STATUS_DATA,
	    "%zu rows were sent to table '%s' and %zu arrived: a rule or trigger drops rows", sent,
	    l->t->name, arrived));
}

/* Close the COPY that has the rows [${from}, ${to}): 0 they are in, 1 the server
 * refused one (${why}), -1 with ${e} set. */
static int
bulk_copy_close(struct bulk *l, size_t from, size_t to, struct err *why, struct err *e)
{
	uint64_t n = 0;
	int rc;

	l->open = false;
	rc = pg_copy_end(l->pg, &n, why);
	if (rc == 0) {
		if (n != to - from)
			return (bulk_copy_dropped(l, to - from, (size_t)n, e));
		return (pg_exec(l->pg, "RELEASE SAVEPOINT aegis_block", e));
	}
	if (why->status != STATUS_DATA) {
		(void)err_set(e, why->status, "%s", why->msg);
		if (why->hint[0] != '\0')
			(void)err_hint(e, "%s", why->hint);
		return (-1);
	}
	if (pg_exec(l->pg, "ROLLBACK TO SAVEPOINT aegis_block; RELEASE SAVEPOINT aegis_block", e))
		return (-1);
	return (1);
}

/* The stable word for what the server's SQLSTATE says. */
const char *
bulk_copy_code(const char *state)
{
	static const char *const codes[][2] = { { "23502", "missing_required" },
		{ "23503", "missing_parent" }, { "23505", "duplicate_key" },
		{ "23514", "check_failed" }, { "22001", "too_long" } };
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i][0], state) == 0)
			return (codes[i][1]);
	return (strncmp(state, "22", 2) == 0 ? "bad_value" : "refused");
}

/* What the server said of the row, without its words for where. */
static void
bulk_copy_fault(struct bulk *l, const struct err *why)
{
	const char *at = strstr(why->msg, "the database says: ");
	const char *msg = at != NULL ? at + strlen("the database says: ") : why->msg;
	const char *where = strstr(msg, " (COPY ");
	const char *column = pg_error_column(l->pg);

	fault_clear(l->faults);
	fault_add(l->faults, bulk_copy_code(pg_error_state(l->pg)), column[0] ? column : NULL, NULL,
	    0, "%.*s", where != NULL ? (int)(where - msg) : (int)strlen(msg), msg);
}

int
bulk_copy_reject(struct bulk *l, size_t row, struct err *e)
{
	size_t end = row + 1 < l->nrows ? l->rows[row + 1].raw : l->raw.len;

	return (bulk_reject(l, l->rows[row].record, l->rows[row].offset,
	    l->raw.p + l->rows[row].raw, end - l->rows[row].raw, e));
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
bulk_copy_dense(struct bulk *l, size_t *from, size_t to, struct bulk_window *w, struct err *e)
{
	size_t end = to - *from < BULK_DENSE_ROWS ? to : *from + BULK_DENSE_ROWS, refused;

	if (bulk_trial(l, *from, end, &refused, e))
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
bulk_copy_range(struct bulk *l, size_t from, size_t to, bool failed, struct err why, uint64_t line,
    struct bulk_window *w, struct err *e)
{

	while (from < to) {
		size_t end = failed || w->n > to - from ? to : from + w->n, bad;
		int rc;

		if (!failed && w->dense) {
			if (bulk_copy_dense(l, &from, to, w, e))
				return (-1);
			continue;
		}
		if (!failed) {
			why = (struct err)ERR_INIT;
			if (bulk_copy_open(l, e) || bulk_copy_send(l, from, end, e))
				return (-1);
			if ((rc = bulk_copy_close(l, from, end, &why, e)) < 0)
				return (-1);
			if (rc == 0) {
				from = end;
				w->n *= 4;
				continue;
			}
			line = pg_error_line(l->pg);
		}
		failed = false;
		if (line == 0 && end - from > 1) {
			/* Each half is tried for itself. */
			w->n = (end - from) / 2;
			if (bulk_copy_range(l, from, from + w->n, false, why, 0,
				&(struct bulk_window){ w->n, false }, e))
				return (-1);
			from += w->n;
			continue;
		}
		bad = line == 0 ? from : from + (size_t)line - 1;
		if (bad >= end)
			return (err_set(e, STATUS_BUG,
			    "the database names a row that was not sent: %s", why.msg));
		bulk_copy_fault(l, &why);
		if (bulk_copy_reject(l, bad, e) ||
		    bulk_copy_range(l, from, bad, false, why, 0,
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
bulk_copy_flush(struct bulk *l, struct err *e)
{
	struct bulk_window w = { BULK_BLOCK_ROWS, false };
	struct err why = ERR_INIT;
	int rc = 0;

	if (l->nrows == 0)
		return (0);
	/* After a block full of bad rows the next one is not tried as a whole. */
	if (l->dense && l->sent == 0 && !l->open) {
		w.dense = true;
		rc = bulk_copy_range(l, 0, l->nrows, false, why, 0, &w, e);
		l->dense = w.dense;
		l->nrows = l->sent = 0;
		l->text.len = l->raw.len = 0;
		return (rc);
	}
	if (!l->open && bulk_copy_open(l, e))
		return (-1);
	if (bulk_copy_send(l, l->sent, l->nrows, e))
		return (-1);
	if ((rc = bulk_copy_close(l, 0, l->nrows, &why, e)) < 0)
		return (-1);
	if (l->careful > 0)
		l->careful--;
	if (rc > 0) {
		l->careful = BULK_CAREFUL_BLOCKS;
		rc = bulk_copy_range(l, 0, l->nrows, true, why, pg_error_line(l->pg), &w, e);
		l->dense = w.dense;
	}
	l->nrows = l->sent = 0;
	l->text.len = l->raw.len = 0;
	return (rc);
}

/* Where the row came from, for the staging table. */
static int
bulk_copy_place(struct bulk *l, const struct bulk_row *row, struct err *e)
{

	return (buf_addf(&l->text, e, "\t%llu\t%llu\t", (unsigned long long)row->record,
		    (unsigned long long)row->offset) ||
		    pg_copy_text(&l->text, l->raw.p + row->raw, l->raw.len - row->raw, e) ?
		-1 :
		0);
}

static int
bulk_copy_fields(struct bulk *l, const struct stream_field *f, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0 && buf_add(&l->text, "\t", 1, e))
			return (-1);
		if (f[i].null ? buf_add(&l->text, "\\N", 2, e) :
				pg_copy_text(&l->text, f[i].p, f[i].len, e))
			return (-1);
	}
	return (0);
}

int
bulk_copy_row(struct bulk *l, struct err *e)
{
	const struct stream_field *f = stream_reader_fields(l->r), *out;
	struct bulk_row *row;
	const char *raw;
	size_t len;
	int rc;

	if (l->nrows == l->caprows)
		l->rows = xgrow(l->rows, &l->caprows, sizeof(*l->rows));
	row = &l->rows[l->nrows];
	row->text = l->text.len;
	row->raw = l->raw.len;
	stream_reader_place(l->r, &row->record, &row->offset);
	raw = stream_reader_raw(l->r, &len);
	fault_clear(l->faults);
	if ((rc = bulk_rule_row(l->rule, f, &out, e)) < 0 ||
	    bulk_rule_raw(l->rule, f, raw, len, &l->raw, e))
		return (-1);
	if (rc > 0) {
		rc = bulk_reject(l, row->record, row->offset, l->raw.p + row->raw,
		    l->raw.len - row->raw, e);
		l->raw.len = row->raw;
		return (rc);
	}
	if (bulk_copy_fields(l, out, l->ncolumns, e) || (l->staged && bulk_copy_place(l, row, e)) ||
	    buf_add(&l->text, "\n", 1, e))
		return (-1);
	l->nrows++;
	/* A piece at a time: the server works while the next one is read. */
	if (!l->dense &&
	    l->text.len - (l->sent < l->nrows ? l->rows[l->sent].text : l->text.len) >= 64 << 10) {
		if ((!l->open && bulk_copy_open(l, e)) || bulk_copy_send(l, l->sent, l->nrows, e))
			return (-1);
		l->sent = l->nrows;
	}
	if (l->nrows >= (l->careful > 0 ? BULK_BLOCK_CAREFUL : BULK_BLOCK_ROWS) ||
	    l->text.len >= BULK_BLOCK_BYTES)
		return (bulk_copy_flush(l, e));
	return (0);
}
