/* The compliance matrix, as far as it follows from entities and links. */

#include "entity/load_matrix.h"

#include <stdlib.h>
#include <string.h>

#include "base/notice.h"
#include "base/os.h"
#include "entity/definition_db.h"
#include "entity/matrix.h"

enum {
	MATRIX_LOCK_MS =
	    100, /* that a piece waits for a lock: less than a deadlock takes to be seen */
	MATRIX_PIECE_MS = 50,    /* that a piece should take */
	MATRIX_PIECE_MIN = 20,   /* entities in a piece, */
	MATRIX_PIECE_MAX = 2000, /* as it turns out how long they take */
	MATRIX_PASSES = 5,       /* over what others had locked */
	MATRIX_PAUSE_MS = 200,
};

struct load_matrix {
	struct buf args; /* ", RULE, OPERATORS, DOMAINS" of both functions */
};

/* One pass over the entities of a type whose cells are due. */
struct load_pass {
	const struct load_job *j;
	const char *type, *args; /* the functions' last ones */
	struct load_cells *n;
	uint64_t piece; /* entities */
	uint64_t busy;
};

/* The type that an entity of this type names as its operator, or NULL. */
static const char *
load_matrix_operator(const struct load_job *j)
{
	const struct field_definition *f;
	const char *key;
	size_t i;

	for (i = 0; i < j->d->n; i++) {
		f = &j->d->fields[i];
		key = f->role == ROLE_OPERATOR && f->ref != NULL ? definition_refers(j->d, f->ref) :
								   NULL;
		if (key != NULL && strcmp(key, f->key) == 0)
			return (f->ref);
	}
	return (NULL);
}

/* What both functions are called with, behind tenant, type and runs or keys. */
static struct load_matrix *
load_matrix_new(const struct load_job *j, struct err *e)
{
	struct buf operators = BUF_INIT(1 << 20), domains = BUF_INIT(1 << 20);
	struct load_matrix *m = xcalloc(1, sizeof(*m));
	struct matrix *file = matrix_load(j->o->matrix, j->tenant, j->type, e);
	int rc;

	m->args.max = 4 << 20;
	rc = file == NULL ||
	    pg_array(&operators, (const char *const *)file->operators, file->noperators, e) ||
	    pg_array(&domains, (const char *const *)file->domains, file->ndomains, e) ||
	    pg_sqlf(j->pg, &m->args, e,
		", (SELECT r.rule_id FROM entity_relationship_rules r"
		" JOIN entity_type_definitions p ON p.type_id = r.parent_type_id"
		" JOIN entity_type_definitions c ON c.type_id = r.child_type_id"
		" WHERE r.tenant_id = %L AND p.type_key = %L AND c.type_key = %L), %L::text[], %L::text[]",
		j->tenant, load_matrix_operator(j), j->type, operators.p, domains.p) ||
	    buf_str(&m->args, e) == NULL;
	buf_free(&operators);
	buf_free(&domains);
	matrix_free(file);
	if (rc == 0)
		return (m);
	load_matrix_free(m);
	return (NULL);
}

void
load_matrix_free(struct load_matrix *m)
{

	if (m == NULL)
		return;
	buf_free(&m->args);
	free(m);
}

/* Cells of type ${type} are due, if it has any. */
static int
load_matrix_due(const struct load_job *j, const char *type, struct err *e)
{

	return (pg_execf(j->pg, NULL, e,
	    "INSERT INTO batch_matrix_todo (tenant_id, type_key, run_id)"
	    " SELECT tenant_id, type_key, %L FROM entity_type_definitions"
	    " WHERE tenant_id = %L AND type_key = %L AND compliance_footprint ON CONFLICT DO NOTHING",
	    j->run, j->tenant, type));
}

int
load_matrix_plan(const struct load_job *j, bool wrote, const struct load_links *x,
    struct load_matrix **m, struct err *e)
{
	bool footprint;
	size_t i;

	*m = NULL;
	if (pg_boolf(j->pg, &footprint, e,
		"SELECT compliance_footprint FROM entity_type_definitions"
		" WHERE tenant_id = %L AND type_key = %L",
		j->tenant, j->type))
		return (-1);
	if (footprint && (*m = load_matrix_new(j, e)) == NULL)
		return (-1);
	/* Also where only links are others: a lease's new operator is its wells'. */
	for (i = 0; x != NULL && i < x->n; i++)
		if ((x->v[i].of_via || x->v[i].of_child) && x->v[i].changed > 0 &&
		    load_matrix_due(j, x->v[i].child, e))
			return (-1);
	return (wrote ? load_matrix_due(j, j->type, e) : 0);
}

/* Fetch the next keys, as a text[] literal; ${n} is how many. */
static int
load_matrix_fetch(const struct load_pass *p, struct buf *keys, int *n, struct err *e)
{
	struct pg_result *r =
	    pg_queryf(p->j->pg, e, "FETCH %llu FROM load_matrix", (unsigned long long)p->piece);
	int i, rc = r == NULL;

	*n = r != NULL ? pg_result_rows(r) : 0;
	keys->len = 0;
	rc = rc || buf_add(keys, "{", 1, e);
	for (i = 0; rc == 0 && i < *n; i++)
		rc = (i > 0 && buf_add(keys, ",", 1, e)) ||
		    pg_array_word(keys, pg_result_get(r, i, 0), e);
	pg_result_free(r);
	return (rc || buf_add(keys, "}", 1, e) || buf_str(keys, e) == NULL);
}

/* Write the cells of one piece.  Where a lock is not to be had at once, they are busy. */
static int
load_matrix_piece(struct load_pass *p, const char *keys, uint64_t n, struct err *e)
{
	uint64_t began = os_now_ns(), ms;
	struct err why = ERR_INIT;
	struct pg_result *r = pg_queryf(p->j->pg, &why,
	    "SELECT renamed, made, busy FROM batch_matrix_write(%L, %L, %L%s)", p->j->tenant,
	    p->type, keys, p->args);

	if (r != NULL) {
		p->n->renamed += pg_result_u64(r, 0, 0);
		p->n->made += pg_result_u64(r, 0, 1);
		p->busy += pg_result_u64(r, 0, 2);
		pg_result_free(r);
	} else if (pg_lock_missed(p->j->pg)) {
		p->busy += n;
	} else {
		*e = why;
		return (-1);
	}
	ms = (os_now_ns() - began) / 1000000;
	if (ms > MATRIX_PIECE_MS && p->piece > MATRIX_PIECE_MIN)
		p->piece /= 2;
	else if (ms < MATRIX_PIECE_MS / 4 && p->piece < MATRIX_PIECE_MAX)
		p->piece *= 2;
	return (0);
}

/* Behind a pooler nothing outlives a transaction: each piece looks for its keys, behind the
 * last one's. */
static int
load_matrix_pooled(struct load_pass *p, const char *runs, struct err *e)
{
	char *last = xstrdup("");
	struct pg_result *r;
	uint64_t n = 1;
	int rc = 0;

	while (rc == 0 && n > 0) {
		r = NULL;
		rc = pg_begin(p->j->pg, e) ||
		    (r = pg_queryf(p->j->pg, e,
			 "SELECT count(*), max(key), array_agg(key ORDER BY key)"
			 " FROM (SELECT key FROM batch_matrix_keys(%L, %L, %L%s)"
			 " WHERE key > %L ORDER BY key LIMIT %llu) k",
			 p->j->tenant, p->type, runs, p->args, last,
			 (unsigned long long)p->piece)) == NULL;
		n = rc == 0 ? pg_result_u64(r, 0, 0) : 0;
		if (n > 0) {
			free(last);
			last = pg_result_dup(r, 0, 1);
			rc = load_matrix_piece(p, pg_result_get(r, 0, 2), n, e);
		}
		pg_result_free(r);
		/* A lock that was not to be had has ended the transaction. */
		if (rc || pg_commit(p->j->pg, NULL))
			pg_rollback(p->j->pg);
	}
	free(last);
	return (rc);
}

/* Everything that is due, in key order, a piece at a time. */
static int
load_matrix_pass(struct load_pass *p, const char *runs, struct err *e)
{
	struct buf keys = BUF_INIT(4 << 20);
	int n = 1, rc;

	p->busy = 0;
	if (pg_pooled(p->j->pg))
		return (load_matrix_pooled(p, runs, e));
	/* The keys are found once; the server keeps them. */
	rc = pg_execf(p->j->pg, NULL, e,
	    "DECLARE load_matrix NO SCROLL CURSOR WITH HOLD FOR"
	    " SELECT key FROM batch_matrix_keys(%L, %L, %L%s)",
	    p->j->tenant, p->type, runs, p->args);
	while (rc == 0 && n > 0)
		rc = load_matrix_fetch(p, &keys, &n, e) ||
		    (n > 0 && load_matrix_piece(p, keys.p, (uint64_t)n, e));
	buf_free(&keys);
	return (rc || pg_exec(p->j->pg, "CLOSE load_matrix", e));
}

/* Everything that is due of one type; what others had locked is tried again for a while. */
static int
load_matrix_type(struct load_pass *p, struct err *e)
{
	char *runs = NULL;
	int pass, rc;

	rc = pg_textf(p->j->pg, &runs, e,
	    "SELECT coalesce(array_agg(run_id), '{}') FROM batch_matrix_todo"
	    " WHERE tenant_id = %L AND type_key = %L",
	    p->j->tenant, p->type);
	for (pass = 0; rc == 0 && pass < MATRIX_PASSES; pass++) {
		if (pass > 0)
			os_sleep_ms(MATRIX_PAUSE_MS);
		if ((rc = load_matrix_pass(p, runs, e)) != 0 || p->busy == 0)
			break;
	}
	p->n->busy += p->busy;
	/* Only the end of it has to be on the disk. */
	if (rc == 0 && p->busy == 0 && strcmp(runs, "{}") != 0)
		rc = pg_execf(p->j->pg, NULL, e,
		    "BEGIN; SET LOCAL synchronous_commit TO on; DELETE FROM public.batch_matrix_todo"
		    " WHERE tenant_id = %L AND type_key = %L AND run_id = ANY (%L); COMMIT",
		    p->j->tenant, p->type, runs);
	free(runs);
	return (rc);
}

/* Cells of types that nobody defines any more: that their entities are retired. */
static int
load_matrix_orphans(const struct load_job *j, struct load_cells *n, struct err *e)
{
	struct pg_result *r = pg_queryf(j->pg, e,
	    "SELECT DISTINCT m.type_key FROM batch_matrix_todo m WHERE m.tenant_id = %L AND NOT EXISTS"
	    " (SELECT FROM entity_type_definitions t WHERE t.tenant_id = m.tenant_id"
	    " AND t.type_key = m.type_key)",
	    j->tenant);
	int i, rc = r == NULL;

	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		struct load_pass p = { j, pg_result_get(r, i, 0), ", NULL, '{}', '{}'", n,
			MATRIX_PIECE_MAX / 16, 0 };

		rc = load_matrix_type(&p, e);
	}
	pg_result_free(r);
	return (rc);
}

/* Cells of the other types that this load made due. */
static int
load_matrix_others(const struct load_job *j, struct load_cells *n, struct err *e)
{
	struct pg_result *r = pg_queryf(j->pg, e,
	    "SELECT m.type_key FROM batch_matrix_todo m JOIN entity_type_definitions t"
	    " USING (tenant_id, type_key) WHERE m.tenant_id = %L AND m.run_id = %L"
	    " AND m.type_key <> %L",
	    j->tenant, j->run, j->type);
	int i, rc = r == NULL;

	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		struct load_job other = *j;
		struct load_matrix *m = NULL;

		other.type = pg_result_dup(r, i, 0);
		rc = (other.d = definition_db_read(j->pg, j->tenant, other.type, e)) == NULL ||
		    (m = load_matrix_new(&other, e)) == NULL;
		if (rc == 0) {
			struct load_pass p = { &other, other.type, m->args.p, n,
				MATRIX_PIECE_MAX / 16, 0 };

			rc = load_matrix_type(&p, e);
		}
		load_matrix_free(m);
		definition_free(other.d);
		free(other.type);
	}
	pg_result_free(r);
	return (rc);
}

int
load_matrix_follow(const struct load_job *j, const struct load_matrix *m, struct load_cells *n,
    struct err *e)
{
	struct load_pass p = { j, j->type, m != NULL ? m->args.p : NULL, n, MATRIX_PIECE_MAX / 16,
		0 };

	if (pg_patient(j->pg, e) || pg_lock_limit(j->pg, MATRIX_LOCK_MS, e) ||
	    (!pg_pooled(j->pg) && pg_exec(j->pg, "SET synchronous_commit TO off", e)) ||
	    (m != NULL && load_matrix_type(&p, e)) ||
	    (j->run[0] != '\0' && load_matrix_others(j, n, e)) || load_matrix_orphans(j, n, e))
		return (-1);
	if (n->busy > 0)
		notice_say(
		    "%llu cells of the compliance matrix are locked by others: the next load brings "
		    "them up to date",
		    (unsigned long long)n->busy);
	return (0);
}

int
load_matrix_check(const struct load_job *j, const struct load_matrix *m, struct load_cells *n,
    struct err *e)
{
	struct pg_result *r;

	if (m == NULL)
		return (0);
	if ((r = pg_queryf(j->pg, e,
		 "SELECT coalesce(sum(missing), 0), coalesce(sum(differing), 0)"
		 " FROM batch_matrix_keys(%L, %L, NULL%s)",
		 j->tenant, j->type, m->args.p)) == NULL)
		return (-1);
	n->missing = pg_result_u64(r, 0, 0);
	n->differing = pg_result_u64(r, 0, 1);
	pg_result_free(r);
	return (0);
}
