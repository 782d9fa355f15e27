#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "base/progress.h"
#include "table/bulk_state.h"

/* What an input holds, before anything is loaded. */
struct bulk_input {
	const struct table_input *in;
	struct stream_reader *r; /* stands behind its first header */
	char *table;
	struct pg_result *parents;
	size_t rank; /* longest way from a table without parents */
};

static const struct ceiling bulk_no_flaws = { false, 0, 0 };

int
bulk_reject(struct bulk *l, uint64_t record, uint64_t offset, const char *raw, size_t len,
    struct err *e)
{

	const struct reject_at at = { record, offset, NULL, 0 };

	if (reject_put(l->rejects, true, &at, l->faults, raw, len, e))
		return (-1);
	l->now->rejected++;
	return (ledger_hopeless("table-load", &l->o->max_rejects, l->now->rejected, l->now->read,
	    reject_name(l->rejects), e));
}

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

static int
bulk_mode(const struct bulk *l, struct err *e)
{

	if (l->t->append_only && l->o->mode != TABLE_INSERT)
		return (err_set(e, STATUS_USAGE,
		    "table '%s' is append-only: only --mode insert is possible", l->t->name));
	if (l->o->hash_passwords && !l->several && strcmp(l->t->name, "users") != 0)
		return (err_set(e, STATUS_USAGE, "--hash-passwords is for table 'users'"));
	return (0);
}

/* A stream begins. */
static int
bulk_header(struct bulk *l, struct err *e)
{
	const struct stream_header of = { stream_reader_kind(l->r), stream_reader_source(l->r),
		stream_reader_run(l->r), NULL, NULL };
	const char *table = bulk_table_of(l->r), *line;
	size_t len;

	table_free(l->t);
	if ((l->t = table_describe(l->pg, table, e)) == NULL || bulk_mode(l, e))
		return (-1);
	if (l->nresults == l->capresults)
		l->results = xgrow(l->results, &l->capresults, sizeof(*l->results));
	l->now = &l->results[l->nresults++];
	memset(l->now, 0, sizeof(*l->now));
	l->now->table = xstrdup(table);
	book_init(&l->own, "table-load");
	(void)snprintf(l->own.dataset, sizeof(l->own.dataset), "table:%.100s", table);
	l->staged = l->o->mode != TABLE_INSERT;
	l->rejects = reject_open_nth(l->o->rejects, l->nresults, &of, &l->own, e);
	if (l->rejects == NULL)
		return (-1);
	line = stream_reader_raw(l->r, &len);
	reject_form(l->rejects, stream_reader_kind(l->r), NULL, line, len);
	if (l->staged && bulk_merge_key(l, e))
		return (-1);
	return (bulk_copy_begin(l, e));
}

/* Store what was done, in the data's transaction. */
static int
bulk_ledger(struct bulk *l, const struct book *up, size_t n, struct err *e)
{
	static const char none[] = "00000000-0000-0000-0000-000000000000";
	struct ledger g = { l->pg, "table-load", stream_reader_run(l->r), l->started, "", false };
	unsigned long section;
	char source[512];

	(void)snprintf(source, sizeof(source), "%.500s", stream_reader_source(l->r));
	ledger_printable(source);
	/* A table's stream has no configuration but its columns. */
	if (ledger_dataset(l->pg, none, "table", l->own.dataset, g.dataset_id, sizeof(g.dataset_id),
		e) ||
	    ledger_run(&g, e) || ledger_section(&g, &section, e))
		return (-1);
	return (ledger_stream(&g, section, source, l->own.config_sha256, up, n, &l->own,
	    &l->now->counts, e));
}

/* SHA-256 of the columns that came. */
static void
bulk_config(struct bulk *l)
{
	struct digest_sha256 *d = digest_sha256_new();
	size_t i;

	for (i = 0; i < stream_reader_ncolumns(l->r); i++) {
		const char *name = stream_reader_column(l->r, i);

		digest_sha256_update(d, name, strlen(name) + 1);
	}
	digest_sha256_final(d, l->own.config_sha256);
}

/* A stream's seal is right. */
static int
bulk_seal(struct bulk *l, struct err *e)
{
	struct reject_writer *rejects;
	const struct book *up;
	size_t n;

	if (bulk_copy_flush(l, e) || (l->staged && bulk_merge_write(l, e)))
		return (-1);
	if (!l->staged)
		l->now->counts.inserted = l->now->read - l->now->rejected;
	l->own.read = l->now->read;
	l->own.used = l->now->counts.inserted + l->now->counts.updated + l->now->counts.unchanged;
	l->own.rows = l->now->counts.inserted + l->now->counts.updated;
	bulk_config(l);
	rejects = l->rejects;
	l->rejects = NULL;
	if (reject_close(rejects, e))
		return (-1);
	up = stream_reader_books(l->r, &n);
	if (ledger_check(up, n, &l->own, &l->o->max_rejects, &bulk_no_flaws, e))
		return (-1);
	return (l->o->plan ? 0 : bulk_ledger(l, up, n, e));
}

/* The streams of one input, the first of which has begun. */
static int
bulk_one(struct bulk *l, struct bulk_input *i, struct err *e)
{
	int rc;

	l->r = i->r;
	rc = bulk_header(l, e);
	while (rc == 0) {
		switch (stream_reader_next(l->r, e)) {
		case STREAM_HEADER:
			rc = l->o->mode == TABLE_REPLACE ?
			    err_set(e, STATUS_DATA,
				"'%s' holds several streams: replace takes a table's rows in one",
				i->in->name) :
			    bulk_header(l, e);
			break;
		case STREAM_ROW:
			l->now->read++;
			rc = bulk_copy_row(l, e);
			progress_tick(l->now->read, l->now->read - l->now->rejected,
			    l->now->rejected, 0);
			break;
		case STREAM_SEAL:
			rc = bulk_seal(l, e);
			break;
		case STREAM_END:
			return (0);
		case STREAM_FAULT:
			rc = -1;
			break;
		}
	}
	return (-1);
}

/* From BEGIN to where rows can be taken. */
static int
bulk_begin(struct bulk *l, struct err *e)
{

	if (pg_begin_load(l->pg, "", e))
		return (-1);
	return (l->several ? pg_exec(l->pg, "SET CONSTRAINTS ALL DEFERRED", e) : 0);
}

static struct bulk *
bulk_new(const struct bulk_options *o, size_t n)
{
	struct bulk *l = xcalloc(1, sizeof(*l));

	l->o = o;
	l->several = n > 1;
	l->copy_sql.max = 1 << 20;
	l->text.max = l->raw.max = BULK_BLOCK_MAX;
	l->trial.max = 4 << 20;
	l->faults = fault_list_new();
	(void)os_utc(l->started, sizeof(l->started), time(NULL));
	return (l);
}

/* Everything that the result does not need. */
static void
bulk_finish(struct bulk *l)
{

	reject_abandon(l->rejects);
	l->rejects = NULL;
	bulk_rule_free(l->rule);
	l->rule = NULL;
	table_free(l->t);
	l->t = NULL;
	pg_close(l->pg);
	l->pg = NULL;
	fault_list_free(l->faults);
	l->faults = NULL;
	buf_free(&l->copy_sql);
	buf_free(&l->text);
	buf_free(&l->trial);
	buf_free(&l->raw);
	free(l->rows);
	l->rows = NULL;
}

static int
bulk_all(struct bulk *l, struct bulk_input *v, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (bulk_open(&v[i], l->o, e))
			return (-1);
	if ((l->pg = pg_connect(l->o->conninfo, "aegis-table-load", e)) == NULL ||
	    bulk_begin(l, e) || (n > 1 && bulk_rank(l->pg, v, n, e)))
		return (-1);
	for (i = 0; i < n; i++)
		if (bulk_one(l, &v[i], e))
			return (-1);
	/* Deferred constraints now, while there is still a message to give. */
	if (l->several && pg_exec(l->pg, "SET CONSTRAINTS ALL IMMEDIATE", e))
		return (-1);
	if (!l->o->plan)
		return (pg_commit(l->pg, e));
	pg_rollback(l->pg);
	return (0);
}

struct bulk *
bulk_run(const struct bulk_options *o, const struct table_input *in, size_t n, struct err *e)
{
	struct bulk *l = bulk_new(o, n);
	struct bulk_input *v = xcalloc(n, sizeof(*v));
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		v[i].in = &in[i];
	if ((rc = bulk_all(l, v, n, e)) != 0 && l->pg != NULL) {
		bulk_copy_abort(l, e->msg);
		pg_rollback(l->pg);
	}
	for (i = 0; i < n; i++) {
		stream_reader_free(v[i].r);
		pg_result_free(v[i].parents);
		free(v[i].table);
	}
	free(v);
	bulk_finish(l);
	l->r = NULL;
	l->o = NULL;
	if (rc == 0)
		return (l);
	bulk_free(l);
	return (NULL);
}

const struct table_result *
bulk_results(const struct bulk *l, size_t *n)
{

	*n = l->nresults;
	return (l->results);
}

void
bulk_free(struct bulk *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->nresults; i++)
		free(l->results[i].table);
	free(l->results);
	free(l);
}
