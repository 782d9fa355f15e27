/* table-dump: any table or query as a stream. */

#include "table/dump.h"

#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "stream/writer.h"
#include "table/copy_text.h"
#include "table/table.h"

enum { DUMP_SQL_MAX = 1 << 20, DUMP_VALUE_MAX = 1 << 30 };

int
dump_snapshot(struct pg *pg, struct err *e)
{

	return (pg_begin_whole(pg, "ISOLATION LEVEL REPEATABLE READ READ ONLY", e));
}

struct pg_result *
dump_names(struct pg *pg, struct err *e)
{

	return (pg_query(pg,
	    "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
	    " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT LIKE 'batch\\_%'"
	    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass"
	    "   AND d.objid = c.oid AND d.deptype = 'e')"
	    " ORDER BY c.relname COLLATE \"C\"",
	    NULL, 0, e));
}

/* The names of the columns that go out. */
struct dump_list {
	char **v;
	size_t n;
};

/* Free the list's names, but not ${c} itself. */
static void
dump_list_free(struct dump_list *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free(c->v[i]);
	free(c->v);
}

/* Fill ${c} with the columns of the comma-separated ${wanted}, or with all that are not generated
 * if that is NULL. */
static int
dump_columns(const struct table *t, const char *wanted, struct dump_list *c, struct err *e)
{
	size_t i, len;

	c->v = xcalloc((wanted != NULL ? strlen(wanted) : t->n) + 1, sizeof(*c->v));
	for (i = 0; wanted == NULL && i < t->n; i++)
		if (!t->columns[i].generated)
			c->v[c->n++] = xstrdup(t->columns[i].name);
	for (; wanted != NULL && *wanted != '\0'; wanted += len + (wanted[len] == ',')) {
		char *name;

		len = strcspn(wanted, ",");
		name = xstrndup(wanted, len);
		c->v[c->n++] = name;
		if (table_find(t, name) < 0)
			return (err_set(e, STATUS_USAGE, "table '%s' has no column '%s'", t->name,
			    name));
	}
	return (c->n > 0 ? 0 : err_set(e, STATUS_USAGE, "no columns are asked for"));
}

/* COPY (SELECT ...) TO STDOUT. */
static int
dump_sql(struct pg *pg, const struct table *t, const struct dump_options *o,
    const struct dump_list *c, struct buf *b, struct err *e)
{

	if (o->query != NULL)
		return (pg_sqlf(pg, b, e, "COPY (%s) TO STDOUT", o->query));
	return (pg_sqlf(pg, b, e, "COPY (SELECT ") ||
	    pg_names(pg, b, (const char *const *)c->v, c->n, e) ||
	    pg_sqlf(pg, b, e, " FROM %s t", t->quoted) ||
	    (o->where != NULL && pg_sqlf(pg, b, e, " WHERE (%s\n)", o->where)) ||
	    pg_sqlf(pg, b, e, " ORDER BY %s) TO STDOUT",
		o->order != NULL ? o->order :
		    t->nkeys > 0 ? t->keys[0].target :
				   "t::text COLLATE \"C\""));
}

/* The columns of a query, which the server knows without running it. */
static int
dump_query_columns(struct pg *pg, const struct table *t, const char *query, struct dump_list *c,
    struct err *e)
{
	struct buf b = BUF_INIT(DUMP_SQL_MAX);
	struct pg_result *r = NULL;
	int i, rc = -1;

	if (buf_addf(&b, e, "SELECT * FROM (%s\n) q LIMIT 0", query) == 0 &&
	    buf_str(&b, e) != NULL &&
	    ((r = pg_query(pg, b.p, NULL, 0, e)) != NULL || pg_users_text(pg, e) == 0)) {
		c->v = xcalloc((size_t)pg_result_columns(r) + 1, sizeof(*c->v));
		for (i = 0, rc = 0; i < pg_result_columns(r); i++) {
			c->v[c->n++] = xstrdup(pg_result_name(r, i));
			if (table_find(t, pg_result_name(r, i)) < 0)
				rc = err_set(e, STATUS_USAGE,
				    "the query's column '%s' is not a column of table '%s'",
				    pg_result_name(r, i), t->name);
		}
	}
	pg_result_free(r);
	buf_free(&b);
	return (rc);
}

/* One line of COPY text, without its LF, as a row. */
static int
dump_row(struct stream_writer *w, struct buf *line, size_t n, const char *p, size_t len,
    struct err *e)
{
	struct stream_field f[STREAM_COLUMNS_MAX];

	if (copy_text_fields(line, p, len, f, n, e))
		return (-1);
	stream_writer_fields(w, f, n);
	return (stream_writer_end_row(w, e));
}

/* Write the rows of the COPY statement ${sql} to ${w}, only those that the options' filter wants.
 */
static int
dump_rows(struct pg *pg, const struct dump_options *o, const char *sql, size_t columns,
    struct stream_writer *w, struct err *e)
{
	struct buf line = BUF_INIT(DUMP_VALUE_MAX);
	const char *p;
	long n;
	int rc = 0;

	if (pg_copy_out(pg, sql, e))
		return (o->users ? pg_users_text(pg, e) : -1);
	while (rc == 0 && (n = pg_copy_get(pg, &p, e)) != 0) {
		if (n > 0 && o->wanted != NULL && !o->wanted(o->ctx, p, (size_t)n - 1))
			continue;
		if (n < 0 || (rc = dump_row(w, &line, columns, p, (size_t)n - 1, e)) != 0)
			rc = -1;
		progress_tick(stream_writer_rows(w), stream_writer_rows(w), 0, 0);
	}
	buf_free(&line);
	return (rc);
}

int
dump_table(struct pg *pg, const struct dump_options *o, int fd, const char *name, uint64_t *rows,
    struct err *e)
{
	struct buf kind = BUF_INIT(256), sql = BUF_INIT(DUMP_SQL_MAX);
	struct stream_writer *w = NULL;
	struct dump_list c = { NULL, 0 };
	struct stream_header h = { NULL, o->source, o->run, NULL, NULL };
	struct book own;
	struct table *t;
	int rc = -1;

	if ((t = table_describe(pg, o->table, e)) == NULL)
		return (-1);
	if (o->query != NULL ? dump_query_columns(pg, t, o->query, &c, e) :
			       dump_columns(t, o->columns, &c, e))
		goto done;
	if (dump_sql(pg, t, o, &c, &sql, e) ||
	    buf_addf(&kind, e, "%s:%s", o->kind != NULL ? o->kind : "table", t->name) ||
	    buf_str(&kind, e) == NULL)
		goto done;
	h.kind = kind.p;
	if (h.source == NULL)
		h.source = t->name;
	if ((w = stream_writer_open(fd, name, &h, (const char *const *)c.v, c.n, e)) == NULL ||
	    dump_rows(pg, o, sql.p, c.n, w, e))
		goto done;
	book_init(&own, o->stage != NULL ? o->stage : "table-dump");
	own.read = own.used = own.rows = *rows = stream_writer_rows(w);
	rc = stream_writer_seal(w, NULL, 0, &own, e);
done:
	stream_writer_free(w);
	dump_list_free(&c);
	table_free(t);
	buf_free(&kind);
	buf_free(&sql);
	return (rc);
}
