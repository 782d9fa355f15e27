/* Entities of types that nobody defines any more. */

#include "entity/load_orphan.h"

#include "base/notice.h"
#include "entity/load_change.h"

static const char load_orphan_sql[] =
#include "queries/load_orphan.inc"
    ;

/* Retire those of one type. */
static int
load_orphan_one(const struct load_job *j, const char *type, uint64_t *n, struct err *e)
{
	struct buf from = BUF_INIT(4096);
	uint64_t rows = 0;
	int rc;

	rc = pg_sqlf(j->pg, &from, e,
		 "WHERE e.tenant_id = %L AND e.type_key = %L AND e.retired_at IS NULL", j->tenant,
		 type) ||
	    load_change_retire(j, NULL, from.p, &rows, e) ||
	    pg_execf(j->pg, NULL, e,
		"INSERT INTO batch_matrix_todo (tenant_id, type_key, run_id) VALUES (%L, %L, %L)"
		" ON CONFLICT DO NOTHING",
		j->tenant, type, j->run);
	buf_free(&from);
	if (rc)
		return (-1);
	*n += rows;
	notice_say("type '%s' is not defined any more: its %llu entities are retired", type,
	    (unsigned long long)rows);
	return (0);
}

int
load_orphan_retire(const struct load_job *j, uint64_t *n, struct err *e)
{
	const char *params[1] = { j->tenant };
	struct pg_result *r = pg_query(j->pg, load_orphan_sql, params, 1, e);
	int i, rc = r == NULL;

	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		const char *type = pg_result_get(r, i, 0);
		uint64_t live = pg_result_u64(r, i, 1), all = pg_result_u64(r, i, 2);

		if (!j->o->accept_shrink && num_exceeds(&j->o->max_retired, live, all))
			notice_say(
			    "type '%s' is not defined any more: its %llu entities of %llu are more than "
			    "--max-retired allows, and stay",
			    type, (unsigned long long)live, (unsigned long long)all);
		else
			rc = load_orphan_one(j, type, n, e);
	}
	pg_result_free(r);
	return (rc);
}
