#include "ledger/guard.h"

#include <stdio.h>
#include <string.h>

void
guard_config(const struct book *up, size_t n, const struct book *own,
    char hex[DIGEST_SHA256_HEX + 1])
{
	struct digest_sha256 *d = digest_sha256_new();
	size_t i;

	for (i = 0; i <= n; i++) {
		const struct book *b = i < n ? &up[i] : own;

		digest_sha256_update(d, b->stage, strlen(b->stage));
		digest_sha256_update(d, " ", 1);
		digest_sha256_update(d, b->config_sha256, strlen(b->config_sha256));
		digest_sha256_update(d, "\n", 1);
	}
	digest_sha256_final(d, hex);
}

int
guard_layout(const struct guard *g, struct err *e)
{
	const struct book *b = &g->up[0];
	const char *params[2] = { g->dataset_id, b->stage };
	struct pg_result *r;
	int rc = 0;

	if (!ledger_said(b->config_sha256))
		return (0);
	if ((r = pg_query(g->pg,
		 "SELECT b.config_sha256 FROM batch_books b"
		 " JOIN batch_sources s USING (run_id, dataset_id, section)"
		 " WHERE b.dataset_id = $1::integer AND b.seq = 0 AND b.stage = $2"
		 " ORDER BY s.loaded_at DESC, s.section DESC LIMIT 1",
		 params, 2, e)) == NULL)
		return (-1);
	if (pg_result_rows(r) > 0 && pg_result_get(r, 0, 0) != NULL &&
	    strcmp(pg_result_get(r, 0, 0), b->config_sha256) != 0) {
		(void)err_set(e, STATUS_DATA,
		    "%s used another layout for '%s' than at its last load", b->stage, g->dataset);
		rc = err_hint(e, "where this is meant, say --accept-change");
	}
	pg_result_free(r);
	return (rc);
}

int
guard_source(const struct guard *g, bool accept_older, char *when, size_t size, struct err *e)
{
	char config[DIGEST_SHA256_HEX + 1];
	const char *params[5] = { g->dataset_id,
		g->nup > 0 ? g->up[0].source_sha256 : g->own->source_sha256,
		g->by_name ? g->source : NULL, config, g->run };
	struct pg_result *r;
	int rc = 0;

	when[0] = '\0';
	if (!ledger_said(params[1]))
		return (0);
	guard_config(g->up, g->nup, g->own, config);
	if ((r = pg_query(g->pg,
		 "WITH known AS (SELECT *, max(loaded_at) OVER () AS last FROM batch_sources"
		 " WHERE dataset_id = $1::integer AND NOT delta AND ($3::text IS NULL OR source = $3))"
		 " SELECT to_char(max(loaded_at), 'YYYY-MM-DD HH24:MI'),"
		 " max(loaded_at) = max(last), bool_or(loaded_at = last AND config_sha256 = $4),"
		 " bool_or(run_id = $5::uuid)"
		 " FROM known WHERE source_sha256 = $2 HAVING count(*) > 0",
		 params, 5, e)) == NULL)
		return (-1);
	if (pg_result_rows(r) > 0) {
		bool last = pg_result_get(r, 0, 1)[0] == 't',
		     same = pg_result_get(r, 0, 2)[0] == 't';

		if (same)
			(void)snprintf(when, size, "%s UTC", pg_result_get(r, 0, 0));
		if (!last && !accept_older && pg_result_get(r, 0, 3)[0] != 't') {
			(void)err_set(e, STATUS_DATA,
			    "'%s' was loaded at %s UTC, and another source of '%s' after it",
			    g->source, pg_result_get(r, 0, 0), g->dataset);
			rc = err_hint(e,
			    "an old file came back? Where this is meant, say "
			    "--accept-older");
		}
	}
	pg_result_free(r);
	return (rc);
}
