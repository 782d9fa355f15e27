/* audit-read: the rows of a window of time, and late ones. */

#include "audit/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/index.h"
#include "base/buf.h"
#include "base/instant.h"
#include "base/num.h"
#include "table/dump.h"

/* So many late rows are asked for by name; more are picked out of a reading of the table. */
enum { WINDOW_NAMED_MAX = 10000, WINDOW_SQL_MAX = 1 << 20 };

struct window {
	const struct window_options *o;
	struct pg *pg;
	struct index *index;
	struct buf where, order, late_ids;
	uint64_t late;
	bool filter;
};

int
window_begin(struct pg *pg, struct err *e)
{

	return (dump_snapshot(pg, e));
}

int
window_columns(struct pg *pg, const struct audit_table *t, struct err *e)
{
	struct buf missing = BUF_INIT(4096);
	bool there;
	size_t i;
	int rc = 0;

	if (pg_boolf(pg, &there, e, "SELECT to_regclass('public.' || %L) IS NOT NULL", t->name))
		return (-1);
	if (!there)
		return (err_set(e, STATUS_CONFIG, "the database lacks the table '%s'", t->name));
	for (i = 0; rc == 0 && i < t->n; i++) {
		rc = pg_boolf(pg, &there, e,
		    "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('public.' || %L)"
		    " AND attname = %L AND NOT attisdropped)",
		    t->name, t->columns[i].name);
		if (rc == 0 && !there)
			rc = buf_addf(&missing, e, "%s'%s'", missing.len > 0 ? ", " : "",
			    t->columns[i].name);
	}
	if (rc == 0 && missing.len > 0 && buf_str(&missing, e) != NULL)
		rc = err_set(e, STATUS_FINDINGS,
		    "the table '%s' cannot be exported: it has no column %s", t->name, missing.p);
	buf_free(&missing);
	return (rc);
}

int
window_now(struct pg *pg, int64_t *us, struct err *e)
{
	struct pg_result *r = pg_query(pg, "SELECT now()::text", NULL, 0, e);
	const char *s;
	int rc;

	if (r == NULL)
		return (-1);
	s = pg_result_get(r, 0, 0);
	rc = instant_parse(s, strlen(s), us);
	if (rc)
		(void)err_set(e, STATUS_BUG, "the server's clock says '%s'", s);
	pg_result_free(r);
	return (rc);
}

/* What is not of the window but may have come too late for its own. */
static int
window_before(const struct window *w, struct buf *b, struct err *e)
{
	char from[28];

	return (buf_addf(b, e,
	    "(t.created_at < '%s' OR t.created_at IS NULL OR NOT isfinite(t.created_at))",
	    instant_text(from, w->o->period.from)));
}

/* Ids of rows that no archive holds: up to WINDOW_NAMED_MAX of them, and how many. */
static int
window_find_late(struct window *w, struct err *e)
{
	struct buf sql = BUF_INIT(WINDOW_SQL_MAX);
	unsigned char id[INDEX_ID_SIZE];
	const char *p;
	int rc = -1;
	long n = 0;

	if (buf_addf(&sql, e, "COPY (SELECT t.id FROM public.%s t WHERE ", w->o->table->name) ||
	    window_before(w, &sql, e) || buf_adds(&sql, " ORDER BY t.id) TO STDOUT", e) ||
	    buf_str(&sql, e) == NULL || pg_copy_out(w->pg, sql.p, e))
		goto done;
	while ((n = pg_copy_get(w->pg, &p, e)) > 0) {
		if (index_id(p, (size_t)n - 1, id) == 0 && index_find(w->index, id) != NULL)
			continue;
		if (w->late++ < WINDOW_NAMED_MAX &&
		    (buf_adds(&w->late_ids, w->late > 1 ? "," : "", e) ||
			buf_add(&w->late_ids, p, (size_t)n - 1, e)))
			goto done;
	}
	rc = n < 0;
done:
	buf_free(&sql);
	return (rc);
}

/* The line is COPY text of a row: its id first, a UUID. */
static bool
window_wanted(void *ctx, const char *p, size_t len)
{
	struct window *w = ctx;
	const struct audit_table *t = w->o->table;
	unsigned char id[INDEX_ID_SIZE];
	const char *end = p + len, *f = p, *tab;
	int64_t us;
	size_t i;

	for (i = 0; i < t->created; i++)
		f = (const char *)memchr(f, '\t', (size_t)(end - f)) + 1;
	tab = memchr(f, '\t', (size_t)(end - f));
	if (instant_parse(f, (size_t)((tab != NULL ? tab : end) - f), &us) == 0 &&
	    us >= w->o->period.from)
		return (true);
	tab = memchr(p, '\t', len);
	return (index_id(p, (size_t)(tab - p), id) != 0 || index_find(w->index, id) == NULL);
}

/* Build the condition for the period's rows and late ones, and an order that puts late rows last.
 */
static int
window_where(struct window *w, struct err *e)
{
	char from[28], to[28];

	if (buf_addf(&w->where, e, "(t.created_at >= '%s' AND t.created_at < '%s')",
		instant_text(from, w->o->period.from), instant_text(to, w->o->period.to)))
		return (-1);
	if (w->late > 0 && w->late <= WINDOW_NAMED_MAX &&
	    (buf_adds(&w->where, " OR t.id = ANY('{", e) ||
		buf_add(&w->where, w->late_ids.p, w->late_ids.len, e) ||
		buf_adds(&w->where, "}'::uuid[])", e)))
		return (-1);
	w->filter = w->late > WINDOW_NAMED_MAX;
	if (w->filter && (buf_adds(&w->where, " OR ", e) || window_before(w, &w->where, e)))
		return (-1);
	if (w->late > 0 && (window_before(w, &w->order, e) || buf_adds(&w->order, ", ", e)))
		return (-1);
	if (buf_adds(&w->order, "t.created_at, t.id", e) || buf_str(&w->order, e) == NULL)
		return (-1);
	return (buf_str(&w->where, e) == NULL);
}

int
window_read(struct pg *pg, const struct window_options *o, uint64_t *rows, uint64_t *late,
    struct err *e)
{
	struct buf columns = BUF_INIT(4096);
	struct dump_options d;
	struct window w;
	char source[200];
	size_t i;
	int rc = -1;

	memset(&w, 0, sizeof(w));
	memset(&d, 0, sizeof(d));
	w.o = o;
	w.pg = pg;
	w.where.max = w.order.max = w.late_ids.max = WINDOW_SQL_MAX;
	/* Nothing is due: late rows wait for the next archive, too. */
	if (o->archives != NULL && o->period.from < o->period.to &&
	    ((w.index = index_open(o->archives, o->table->name, e)) == NULL ||
		window_find_late(&w, e)))
		goto done;
	for (i = 0; i < o->table->n; i++)
		if (buf_addf(&columns, e, "%s%s", i > 0 ? "," : "", o->table->columns[i].name))
			goto done;
	if (window_where(&w, e) || (d.columns = buf_str(&columns, e)) == NULL)
		goto done;
	d.table = o->table->name;
	d.where = w.where.p;
	d.order = w.order.p;
	d.kind = "audit";
	d.source = period_source(source, sizeof(source), o->table->name, &o->period);
	d.stage = "audit-read";
	d.run = o->run;
	d.wanted = w.filter ? window_wanted : NULL;
	d.ctx = &w;
	rc = dump_table(pg, &d, o->out, o->out_name, rows, e);
	*late = w.late;
done:
	index_close(w.index);
	buf_free(&w.where);
	buf_free(&w.order);
	buf_free(&w.late_ids);
	buf_free(&columns);
	return (rc);
}
