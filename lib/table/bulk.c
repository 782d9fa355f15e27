/* table-load: the transaction from BEGIN to COMMIT, over one input or several. */

#include "table/bulk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "ledger/ground.h"
#include "table/bulk_copy.h"
#include "table/bulk_merge.h"

struct bulk {
	char started[32];
	struct bulk_target g;
	struct bulk_copy *copy; /* of the stream at work */
	const struct bulk_input *now;
	struct table_result *results;
};

/* What an input holds, before anything is loaded. */
struct bulk_input {
	const struct table_input *in;
	struct stream_reader *r; /* stands behind its first header */
	char *table;
	struct pg_result *parents;
	size_t rank; /* longest way from a table without parents */
};

/* The table's name in the stream's kind, "table:NAME"; owned by ${r}. */
static const char *
bulk_table_of(const struct stream_reader *r)
{

	return (stream_reader_kind(r) + strlen("table:"));
}

/* Open the input and read its first header. */
static int
bulk_open(struct bulk_input *i, const struct bulk_options *o, struct err *e)
{
	enum stream_event event;

	if ((i->r = stream_reader_open(i->in->fd, i->in->name, "table:", e)) == NULL)
		return (-1);
	if ((event = stream_reader_next(i->r, e)) == STREAM_FAULT)
		return (-1);
	if (event != STREAM_HEADER)
		return (err_set(e, STATUS_DATA, "'%s' holds no stream", i->in->name));
	if (o->table != NULL && strcmp(o->table, bulk_table_of(i->r)) != 0)
		return (err_set(e, STATUS_DATA, "'%s' is of table '%s', not '%s'", i->in->name,
		    bulk_table_of(i->r), o->table));
	i->table = xstrdup(bulk_table_of(i->r));
	return (0);
}

/* Put a child behind the parents that it has among the inputs. */
static bool
bulk_rank_one(struct bulk_input *child, const struct bulk_input *v, size_t n)
{
	bool moved = false;
	size_t k;
	int row;

	for (row = 0; row < pg_result_rows(child->parents); row++)
		for (k = 0; k < n; k++)
			if (strcmp(v[k].table, pg_result_get(child->parents, row, 0)) == 0 &&
			    v[k].rank >= child->rank && child->rank < n) {
				child->rank = v[k].rank + 1;
				moved = true;
			}
	return (moved);
}

/* Parents before children, as far as there is no circle. */
static int
bulk_rank(struct pg *pg, struct bulk_input *v, size_t n, struct err *e)
{
	struct bulk_input swap;
	size_t round, i, k;
	bool moved = true;

	for (i = 0; i < n; i++)
		if ((v[i].parents = table_parents(pg, v[i].table, e)) == NULL)
			return (-1);
	for (round = 0; round < n && moved; round++)
		for (i = 0, moved = false; i < n; i++)
			moved = bulk_rank_one(&v[i], v, n) || moved;
	for (i = 1; i < n; i++)
		for (k = i; k > 0 && v[k - 1].rank > v[k].rank; k--) {
			swap = v[k];
			v[k] = v[k - 1];
			v[k - 1] = swap;
		}
	return (0);
}

/* Refuse a mode other than insert for an append-only table, and --hash-passwords for a single
 * table other than users. */
static int
bulk_mode(const struct bulk_target *g, struct err *e)
{

	if (g->t->append_only && g->o->mode != TABLE_INSERT)
		return (err_set(e, STATUS_USAGE,
		    "table '%s' is append-only: only --mode insert is possible", g->t->name));
	if (g->o->hash_passwords && !g->several && strcmp(g->t->name, "users") != 0)
		return (err_set(e, STATUS_USAGE, "--hash-passwords is for table 'users'"));
	return (0);
}

/* A stream begins. */
static int
bulk_begin(void *load, struct intake_section *s, struct err *e)
{
	struct bulk *l = load;
	struct bulk_target *g = &l->g;
	const char *table = bulk_table_of(intake_reader(g->in));

	if (g->o->mode == TABLE_REPLACE && l->copy != NULL)
		return (err_set(e, STATUS_DATA,
		    "'%s' holds several streams: replace takes a table's rows in one",
		    l->now->in->name));
	bulk_copy_free(l->copy, "");
	l->copy = NULL;
	table_free(g->t);
	if ((g->t = table_describe(g->pg, table, e)) == NULL || bulk_mode(g, e))
		return (-1);
	(void)snprintf(s->own.dataset, sizeof(s->own.dataset), "table:%.100s", table);
	if (ground_is(table) && ground_rest(g->pg, table, e))
		return (-1);
	g->staged = g->o->mode != TABLE_INSERT;
	if (g->staged && bulk_merge_key(g, e))
		return (-1);
	return ((l->copy = bulk_copy_new(g, e)) == NULL);
}

/* Pass one row to the COPY, as a callback of intake_take(). */
static int
bulk_row(void *load, const struct stream_field *f, struct err *e)
{
	struct bulk *l = load;

	return (bulk_copy_row(l->copy, f, e));
}

/* A table's stream has no configuration but its columns: their SHA-256. */
static void
bulk_config(const struct stream_reader *r, struct book *own)
{
	struct digest_sha256 *d = digest_sha256_new();
	size_t i;

	for (i = 0; i < stream_reader_ncolumns(r); i++) {
		const char *name = stream_reader_column(r, i);

		digest_sha256_update(d, name, strlen(name) + 1);
	}
	digest_sha256_final(d, own->config_sha256);
}

/* A stream's seal is right. */
static int
bulk_end(void *load, struct intake_section *s, struct err *e)
{
	struct bulk *l = load;

	if (bulk_copy_flush(l->copy, e) || (l->g.staged && bulk_merge_write(&l->g, e)))
		return (-1);
	if (ground_is(l->g.t->name) && ground_settle(l->g.pg, l->g.t->name, e))
		return (-1);
	if (!l->g.staged)
		s->counts.inserted = s->own.read - s->own.rejected;
	bulk_config(intake_reader(l->g.in), &s->own);
	return (0);
}

/* The streams of one input, the first of which has begun. */
static int
bulk_one(struct bulk *l, struct bulk_input *i, struct err *e)
{
	static const struct intake_steps steps = { bulk_begin, bulk_row, bulk_end };

	bulk_copy_free(l->copy, "");
	l->copy = NULL;
	l->now = i;
	return (intake_take(l->g.in, i->r, true, &steps, l, e));
}

/* What became of each stream's table. */
static void
bulk_settle(struct bulk *l)
{
	size_t i;

	l->results = xcalloc(intake_sections(l->g.in) + 1, sizeof(*l->results));
	for (i = 0; i < intake_sections(l->g.in); i++) {
		const struct intake_section *s = intake_section(l->g.in, i);

		l->results[i] = (struct table_result){ s->own.dataset + strlen("table:"),
			s->own.read, s->own.rejected, s->counts };
	}
}

/* Load all inputs in one transaction, several with deferred constraints, then commit, or roll back
 * if only planned. */
static int
bulk_all(struct bulk *l, struct bulk_input *v, size_t n, struct err *e)
{
	static const char none[] = "00000000-0000-0000-0000-000000000000";
	const struct bulk_options *o = l->g.o;
	struct pg *pg;
	size_t i;

	for (i = 0; i < n; i++)
		if (bulk_open(&v[i], o, e))
			return (-1);
	if ((pg = l->g.pg = pg_connect(o->conninfo, "aegis-table-load", e)) == NULL ||
	    pg_begin_load(pg, "", e) ||
	    (n > 1 && (pg_exec(pg, "SET CONSTRAINTS ALL DEFERRED", e) || bulk_rank(pg, v, n, e))))
		return (-1);
	for (i = 0; i < n; i++)
		if (bulk_one(l, &v[i], e))
			return (-1);
	/* Deferred constraints now, while there is still a message to give. */
	if (n > 1 && pg_exec(pg, "SET CONSTRAINTS ALL IMMEDIATE", e))
		return (-1);
	if (intake_check(l->g.in, e))
		return (-1);
	if (!o->plan)
		return (intake_write(l->g.in, pg, none, "table", l->started, false, e) ||
		    pg_commit(pg, e));
	pg_rollback(pg);
	return (0);
}

/* Everything that the result does not need. */
static void
bulk_finish(struct bulk *l, const char *why)
{

	bulk_copy_free(l->copy, why);
	l->copy = NULL;
	table_free(l->g.t);
	l->g.t = NULL;
	if (l->g.pg != NULL)
		pg_rollback(l->g.pg);
	pg_close(l->g.pg);
	l->g.pg = NULL;
	intake_close(l->g.in);
}

struct bulk *
bulk_run(const struct bulk_options *o, const struct table_input *in, size_t n, struct err *e)
{
	const struct intake_options io = { "table-load", o->rejects, NULL, NULL, false,
		o->max_rejects, { false, 0, 0 } };
	struct bulk *l = xcalloc(1, sizeof(*l));
	struct bulk_input *v = xcalloc(n, sizeof(*v));
	size_t i;
	int rc;

	l->g.o = o;
	l->g.several = n > 1;
	l->g.in = intake_new(&io);
	(void)os_utc(l->started, sizeof(l->started), time(NULL));
	for (i = 0; i < n; i++)
		v[i].in = &in[i];
	rc = bulk_all(l, v, n, e);
	bulk_settle(l);
	bulk_finish(l, e->msg);
	for (i = 0; i < n; i++) {
		stream_reader_free(v[i].r);
		pg_result_free(v[i].parents);
		free(v[i].table);
	}
	free(v);
	if (rc == 0)
		return (l);
	bulk_free(l);
	return (NULL);
}

const struct table_result *
bulk_results(const struct bulk *l, size_t *n)
{

	*n = intake_sections(l->g.in);
	return (l->results);
}

void
bulk_free(struct bulk *l)
{

	if (l == NULL)
		return;
	free(l->results);
	intake_free(l->g.in);
	free(l);
}
