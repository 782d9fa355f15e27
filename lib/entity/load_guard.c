#include <stdio.h>
#include <string.h>

#include "entity/load_state.h"

/*
 * Another layout than the last one's: where that was meant, one says so once; where not,
 * every value may be another field's.
 */
static int
load_guard_layout(struct load *l, const struct load_section *s, struct err *e)
{
	const struct book *b = &s->upstream[0];
	const char *params[2] = { l->dataset_id, b->stage };
	struct pg_result *r;
	int rc = 0;

	if (l->o->accept_change || !ledger_said(b->config_sha256))
		return (0);
	if ((r = pg_query(l->pg,
		 "SELECT b.config_sha256 FROM batch_books b"
		 " JOIN batch_sources s USING (run_id, dataset_id, section)"
		 " WHERE b.dataset_id = $1::integer AND b.seq = 0 AND b.stage = $2"
		 " ORDER BY s.loaded_at DESC, s.section DESC LIMIT 1",
		 params, 2, e)) == NULL)
		return (-1);
	if (pg_result_rows(r) > 0 && pg_result_get(r, 0, 0) != NULL &&
	    strcmp(pg_result_get(r, 0, 0), b->config_sha256) != 0) {
		(void)err_set(e, STATUS_DATA,
		    "%s used another layout for '%s' than at its last load", b->stage, l->dataset);
		rc = err_hint(e, "where this is meant, say --accept-change");
	}
	pg_result_free(r);
	return (rc);
}

/*
 * Sources are told by their SHA-256.  One that was loaded before, and not last, is an old
 * one that came back.  Of a dataset that comes in parts each part's file has its own
 * past, told by its name.
 */
static int
load_guard_source(struct load *l, const struct load_section *s, struct err *e)
{
	char config[DIGEST_SHA256_HEX + 1];
	const char *params[5] = { l->dataset_id, s->upstream[0].source_sha256,
		l->means.coverage == DATASET_PART ? s->source : NULL, config, l->run };
	struct pg_result *r;
	int rc = 0;

	if (!ledger_said(params[1]))
		return (0);
	load_book_config(s, config);
	if ((r = pg_query(l->pg,
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
			(void)snprintf(l->same_as, sizeof(l->same_as), "%s UTC",
			    pg_result_get(r, 0, 0));
		if (!last && !l->o->accept_older && pg_result_get(r, 0, 3)[0] != 't') {
			(void)err_set(e, STATUS_DATA,
			    "'%s' was loaded at %s UTC, and another source of '%s' after it",
			    s->source, pg_result_get(r, 0, 0), l->dataset);
			rc = err_hint(e,
			    "an old file came back? Where this is meant, say "
			    "--accept-older");
		}
	}
	pg_result_free(r);
	return (rc);
}

int
load_guard(struct load *l, struct err *e)
{
	size_t i;

	for (i = 0; i < l->nsections && l->dataset_id[0] != '\0'; i++)
		if (load_guard_layout(l, l->sections[i], e) ||
		    (!l->o->delta && load_guard_source(l, l->sections[i], e)))
			return (-1);
	return (0);
}
