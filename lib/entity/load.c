/* entity-load: the transaction from BEGIN to COMMIT. */

#include "entity/load.h"
#include "base/progress.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "entity/definition_db.h"
#include "entity/load_change.h"
#include "entity/load_known.h"
#include "entity/load_link_count.h"
#include "entity/load_orphan.h"
#include "entity/load_result.h"
#include "entity/load_rows.h"
#include "ledger/ground.h"

/* The rooms of a load at work. */
struct load_work {
	struct load *l;
	struct load_job j;
	struct load_dataset d;
	struct parts *parts;
	struct load_merge *merge;
	struct load_matrix *matrix; /* NULL: the type has none */
	struct load_rows rows;
};

/*
 * One load of a tenant's type at a time.  The lock ends with the transaction, so
 * that one that dies leaves none.
 */
static int
load_lock(const struct load_job *j, struct err *e)
{
	bool held;

	if (pg_boolf(j->pg, &held, e,
		"SELECT pg_try_advisory_xact_lock(hashtextextended('aegis entity-load ' || %L || ' '"
		" || %L, 0))",
		j->tenant, j->type))
		return (-1);
	if (held)
		return (0);
	(void)err_set(e, STATUS_TEMPFAIL, "another load of type '%s' of tenant %s is running",
	    j->type, j->tenant);
	return (err_hint(e, "try again when it is done"));
}

/* To where rows can be taken, in a transaction. */
static int
load_begin(struct load_job *j, struct err *e)
{

	if (!j->o->plan && ground_tenant(j->pg, j->tenant, e))
		return (-1);
	/* The server itself sees to it that a plan writes nothing but temporary tables. */
	if (pg_begin_load(j->pg, "", e) || load_merge_tables(j->pg, e) ||
	    (j->o->plan && pg_exec(j->pg, "SET TRANSACTION READ ONLY", e)) || load_lock(j, e))
		return (-1);
	if ((j->d = definition_db_read(j->pg, j->tenant, j->type, e)) == NULL)
		return (-1);
	fault_list_persons(intake_faults(j->in), definition_person, j->d,
	    definition_person_key(j->d));
	return (0);
}

/* Every event of the input, to its end. */
static int
load_read(struct load_work *w, int fd, const char *name, struct err *e)
{
	struct buf kind = BUF_INIT(1024);
	struct stream_reader *r = NULL;
	int rc;

	rc = buf_addf(&kind, e, "entity:%s", w->j.type) || buf_str(&kind, e) == NULL ||
	    (r = stream_reader_open(fd, name, kind.p, e)) == NULL ||
	    load_known_ahead(&w->j, r, &w->rows.asked, e) ||
	    intake_take(w->j.in, r, false, &load_rows_steps, &w->rows, e);
	stream_reader_free(r);
	buf_free(&kind);
	return (rc);
}

/* Is each stream's layout the one of the last load, and its source none that was loaded before? */
static int
load_guard(struct load_work *w, struct err *e)
{
	const struct load_options *o = w->j.o;

	if (w->d.id[0] == '\0')
		return (0);
	return ((!o->accept_change && guard_layout(w->j.pg, w->d.id, w->d.name, w->j.in, e)) ||
	    (!o->delta &&
		guard_past(w->j.pg, w->d.id, w->d.name, w->d.means.coverage == DATASET_PART,
		    w->j.in, &w->l->past, e)));
}

/* A source older than the last one is an error where it changes something. */
static int
load_guard_older(const struct load_work *w, struct err *e)
{
	uint64_t pending;
	const struct ledger_counts t = intake_totals(w->j.in, NULL, &pending);

	if (w->l->past.older.status == STATUS_OK || w->j.o->accept_older ||
	    t.inserted + t.updated + t.revived + pending + w->l->retire.gone == 0)
		return (0);
	*e = w->l->past.older;
	return (-1);
}

/* What the source lacks. */
static int
load_missing(struct load_work *w, struct err *e)
{
	struct load_retire *t = &w->l->retire;

	if (load_retire_find(t, &w->j, &w->d, w->parts, e) || load_guard_older(w, e) ||
	    load_retire_write(t, &w->j, &w->d, e))
		return (-1);
	intake_now(w->j.in)->counts.retired = t->retired;
	return (0);
}

/* All is counted: do the books balance, and has any row something new? */
static int
load_check(struct load_work *w, struct err *e)
{
	struct ledger_counts t;

	if (intake_check(w->j.in, e))
		return (-1);
	t = intake_totals(w->j.in, NULL, NULL);
	w->l->wrote = t.inserted + t.updated + t.revived > 0;
	return (0);
}

/* Run the guards and count what a load would change, then roll back. */
static int
load_plan(struct load_work *w, struct err *e)
{

	if (load_guard(w, e) || load_merge_spool(w->merge, e) || load_guard_older(w, e) ||
	    load_check(w, e) || load_sample_read(&w->j, &w->l->samples, e) || load_missing(w, e))
		return (-1);
	pg_rollback(w->j.pg);
	return (0);
}

/* What follows from the entities: changes, links, books, and that cells are due. */
static int
load_follow(struct load_work *w, struct err *e)
{
	struct load_touched t = { &w->j, load_merge_touched(w->merge) + w->l->retire.gone,
		load_merge_inserted(w->merge), load_merge_fresh(w->merge), false, NULL };

	/* Nobody else has to be asked which these are. */
	if (w->d.first && t.n > 0 && t.n == t.fresh->rows)
		t.first = w->d.id;
	w->l->links.wrote = w->l->wrote;
	progress_phase("links");
	return (load_change_inserted(&w->j, &w->d, &t, e) || load_link_write(&w->l->links, &t, e) ||
	    intake_write(w->j.in, w->j.pg, w->j.tenant, w->j.type, w->j.started, w->j.o->delta,
		e) ||
	    load_link_book(&w->l->links, &w->j, intake_section(w->j.in, 0), e) ||
	    load_orphan_retire(&w->j, &w->l->orphans, e) ||
	    load_matrix_plan(&w->j, w->l->wrote, &w->l->links, &w->matrix, e));
}

/* After the last seal: everything that only the end can tell, to COMMIT. */
static int
load_write(struct load_work *w, struct err *e)
{
	bool last = load_dataset_settled(&w->d);

	progress_phase("merging %s", w->j.type);
	if ((!last && load_check(w, e)) || load_merge_land(w->merge, e) || load_guard(w, e) ||
	    load_merge_spool(w->merge, e) || load_merge_apply(w->merge, e) ||
	    load_guard_older(w, e) || (last && load_check(w, e)) ||
	    load_merge_arrived(w->merge, e) || load_missing(w, e))
		return (-1);
	w->l->wrote = w->l->wrote || w->l->retire.retired > 0;
	return (load_follow(w, e) || pg_commit(w->j.pg, e));
}

/* Behind COMMIT: the entities are in, whatever becomes of their cells. */
static int
load_cells_follow(struct load_work *w, struct err *e)
{

	progress_phase("compliance matrix");
	if (load_matrix_follow(&w->j, w->matrix, &w->l->cells, e) == 0)
		return (0);
	return (err_prefix(e,
	    "the entities are loaded, and their cells in the compliance matrix follow with the next "
	    "load"));
}

/* Allocate a load with an intake and its own copy of the type; the caller frees it with
 * load_free(). */
static struct load *
load_new(const struct load_options *o, const struct intake_options *io)
{
	struct load *l = xcalloc(1, sizeof(*l));

	l->plan = o->plan;
	l->type = xstrdup(o->type);
	l->in = intake_new(io);
	load_retire_init(&l->retire);
	return (l);
}

/* The load itself; what is at work is over when it returns. */
static int
load_go(struct load *l, const struct load_options *o, int fd, const char *name, struct err *e)
{
	struct load_work w;
	int rc;

	memset(&w, 0, sizeof(w));
	w.l = l;
	w.j.o = o;
	w.j.type = l->type;
	w.j.in = l->in;
	memcpy(w.j.tenant, l->tenant, sizeof(w.j.tenant));
	(void)os_utc(w.j.started, sizeof(w.j.started), time(NULL));
	if ((w.j.pg = pg_connect(o->conninfo, "aegis-entity-load", e)) == NULL)
		return (-1);
	w.parts = parts_new(o->memory);
	w.merge = load_merge_new(&w.j, &w.d);
	w.rows = (struct load_rows){ .j = &w.j,
		.d = &w.d,
		.parts = w.parts,
		.merge = w.merge,
		.retire = &l->retire,
		.asked = BUF_INIT(8 << 20),
		.packed = BUF_INIT(STREAM_FRAME_MAX + 256) };
	rc = load_begin(&w.j, e) || load_read(&w, fd, name, e) ||
	    (o->plan ? load_plan(&w, e) : load_write(&w, e) || load_cells_follow(&w, e));
	if (rc) {
		load_merge_fail(w.merge, e->msg);
		pg_rollback(w.j.pg);
	}
	memcpy(l->run, w.j.run, sizeof(l->run));
	memcpy(l->dataset, w.d.name, sizeof(l->dataset));
	l->keys = parts_count(w.parts);
	l->bytes = parts_bytes(w.parts);
	load_matrix_free(w.matrix);
	load_merge_free(w.merge);
	load_rows_free(&w.rows);
	load_retire_finish(&l->retire);
	parts_free(w.parts);
	properties_free(w.j.p);
	definition_free(w.j.d);
	load_dataset_free(&w.d);
	intake_close(l->in);
	pg_close(w.j.pg);
	return (rc);
}

struct load *
load_run(const struct load_options *o, int fd, const char *name, struct err *e)
{
	char tenant[37];
	const struct intake_options io = { "entity-load", o->rejects, "entity", tenant, true,
		o->max_rejects, o->max_flaws };
	struct load *l = load_new(o, &io);
	int rc;

	if (num_uuid(tenant, o->tenant)) {
		rc = err_set(e, STATUS_USAGE, "--tenant takes a UUID, not '%s'", o->tenant);
	} else {
		memcpy(l->tenant, tenant, sizeof(l->tenant));
		rc = load_go(l, o, fd, name, e);
	}
	if (rc == 0)
		return (l);
	load_free(l);
	return (NULL);
}

int
load_check_matrix(const struct load_options *o, uint64_t *missing, uint64_t *differing,
    struct err *e)
{
	struct load_job j = { .o = o };
	struct load_matrix *m = NULL;
	struct load_cells n = { .missing = 0 };
	int rc;

	if (num_uuid(j.tenant, o->tenant))
		return (err_set(e, STATUS_USAGE, "--tenant takes a UUID, not '%s'", o->tenant));
	if ((j.pg = pg_connect(o->conninfo, "aegis-entity-load", e)) == NULL)
		return (-1);
	j.type = xstrdup(o->type);
	rc = pg_begin_whole(j.pg, "ISOLATION LEVEL REPEATABLE READ READ ONLY", e) ||
	    (j.d = definition_db_read(j.pg, j.tenant, j.type, e)) == NULL ||
	    load_matrix_plan(&j, false, NULL, &m, e) || load_matrix_check(&j, m, &n, e);
	*missing = n.missing;
	*differing = n.differing;
	load_matrix_free(m);
	definition_free(j.d);
	free(j.type);
	pg_close(j.pg);
	return (rc);
}

void
load_free(struct load *l)
{

	if (l == NULL)
		return;
	load_retire_finish(&l->retire);
	free(l->retire.examples);
	intake_free(l->in);
	load_link_free(&l->links);
	load_sample_free(&l->samples);
	free(l->type);
	free(l);
}
