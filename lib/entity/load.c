#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "entity/load_state.h"

/*
 * One load of a tenant's type at a time.  The lock ends with the transaction, so
 * that one that dies leaves none.
 */
static int
load_lock(struct load *l, struct err *e)
{
	const char *params[2] = { l->tenant, l->type };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT pg_try_advisory_xact_lock("
	    "hashtextextended('aegis entity-load ' || $1 || ' ' || $2, 0))",
	    params, 2, e);
	bool held;

	if (r == NULL)
		return (-1);
	held = strcmp(pg_result_get(r, 0, 0), "t") == 0;
	pg_result_free(r);
	if (held)
		return (0);
	(void)err_set(e, STATUS_TEMPFAIL, "another load of type '%s' of tenant %s is at work",
	    l->type, l->tenant);
	return (err_hint(e, "try again when it is done"));
}

/* From BEGIN to where rows can be taken. */
static int
load_begin(struct load *l, struct err *e)
{

	if (pg_begin_load(l->pg, "", e))
		return (-1);
	/* The server itself sees to it that a plan writes nothing else. */
	if (l->plan && (load_merge_table(l, e) || pg_exec(l->pg, "SET TRANSACTION READ ONLY", e)))
		return (-1);
	if (load_lock(l, e))
		return (-1);
	l->d = definition_from_db(l->pg, l->tenant, l->type, e);
	return (l->d != NULL ? 0 : -1);
}

/* Every event of the input, to its end. */
static int
load_read(struct load *l, struct err *e)
{
	int rc = 0;

	while (rc == 0) {
		switch (stream_reader_next(l->r, e)) {
		case STREAM_HEADER:
			rc = load_rows_header(l, e);
			break;
		case STREAM_ROW:
			rc = load_rows_row(l, e);
			break;
		case STREAM_SEAL:
			rc = load_book_seal(l, e);
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

/* After the last seal: everything that only the end can tell, to COMMIT. */
static int
load_write(struct load *l, struct err *e)
{

	if (l->plan) {
		if (load_merge_plan(l, e) || load_retire(l, e))
			return (-1);
		pg_rollback(l->pg);
		return (0);
	}
	if (load_merge_write(l, e) || load_retire(l, e))
		return (-1);
	l->wrote = l->wrote || l->retired > 0;
	return (load_link_write(l, e) || load_matrix_write(l, e) || load_book_write(l, e) ||
		    pg_commit(l->pg, e) ?
		-1 :
		0);
}

/* Everything that the result does not need. */
static void
load_finish(struct load *l)
{
	size_t i;

	reject_abandon(l->rejects);
	l->rejects = NULL;
	pg_close(l->pg);
	l->pg = NULL;
	stream_reader_free(l->r);
	l->r = NULL;
	definition_free(l->d);
	l->d = NULL;
	properties_free(l->p);
	l->p = NULL;
	l->keys = index_count(l->ix);
	l->bytes = index_bytes(l->ix);
	index_free(l->ix);
	l->ix = NULL;
	fault_list_free(l->faults);
	l->faults = NULL;
	for (i = 0; i < l->ncolumns; i++)
		free(l->columns[i]);
	free(l->columns);
	l->columns = NULL;
	l->ncolumns = 0;
	for (i = 0; i < l->nparts; i++)
		free(l->parts[i]);
	free(l->parts);
	l->parts = NULL;
	l->nparts = 0;
	free(l->peers);
	l->peers = NULL;
	free(l->owned);
	l->owned = NULL;
	dataset_free(l->datasets);
	l->datasets = NULL;
	copy_spool_free(&l->fresh);
	copy_spool_free(&l->changed);
	copy_spool_free(&l->lost);
	buf_free(&l->asked);
	buf_free(&l->prefix);
	buf_free(&l->run_tail);
	buf_free(&l->source_tail);
	buf_free(&l->copy);
}

static struct load *
load_new(const struct load_options *o)
{
	struct load *l = xcalloc(1, sizeof(*l));

	l->o = o;
	l->plan = o->plan;
	l->type = xstrdup(o->type);
	l->prefix.max = l->run_tail.max = l->source_tail.max = 4096;
	l->copy.max = COPY_SPOOL_MAX;
	l->asked.max = 4 << 20;
	copy_spool_init(&l->fresh);
	copy_spool_init(&l->changed);
	copy_spool_init(&l->lost);
	l->faults = fault_list_new();
	l->ix = index_new();
	(void)os_utc(l->started, sizeof(l->started), time(NULL));
	return (l);
}

struct load *
load_run(const struct load_options *o, int fd, const char *name, struct err *e)
{
	struct load *l = load_new(o);
	struct buf kind = BUF_INIT(1024);

	if (num_uuid(l->tenant, o->tenant)) {
		(void)err_set(e, STATUS_USAGE, "--tenant takes a UUID, not '%s'", o->tenant);
		goto err1;
	}
	if ((l->pg = pg_connect(o->conninfo, "aegis-entity-load", e)) == NULL)
		goto err1;
	if (load_begin(l, e))
		goto err2;
	if (buf_addf(&kind, e, "entity:%s", l->type) || buf_str(&kind, e) == NULL ||
	    (l->r = stream_reader_open(fd, name, kind.p, e)) == NULL || load_known_ahead(l, e) ||
	    load_read(l, e))
		goto err2;
	if (l->nsections == 0) {
		(void)err_set(e, STATUS_DATA, "'%s' holds no stream", name);
		goto err2;
	}
	if (load_write(l, e))
		goto err2;
	load_finish(l);
	l->o = NULL;
	buf_free(&kind);
	return (l);
err2:
	if (l->copying)
		pg_copy_fail(l->pg, e->msg);
	pg_rollback(l->pg);
err1:
	load_finish(l);
	load_free(l);
	buf_free(&kind);
	return (NULL);
}

void
load_free(struct load *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->nsections; i++) {
		free(l->sections[i]->source);
		free(l->sections[i]->upstream);
		free(l->sections[i]);
	}
	free(l->sections);
	for (i = 0; i < l->nsamples; i++) {
		free(l->samples[i].key);
		free(l->samples[i].field);
		free(l->samples[i].before);
		free(l->samples[i].after);
	}
	free(l->samples);
	load_link_free(l);
	free(l->links);
	free(l->retired_examples);
	free(l->type);
	free(l);
}
