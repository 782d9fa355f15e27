/* What the sources of a load are held against: the loads before it. */

#include "ledger/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/alike.h"

/* The layout of one section: the first stage's configuration, as it was at the last load. */
static int
guard_layout_one(struct pg *pg, const char *dataset_id, const char *dataset, const struct book *b,
    struct err *e)
{
	bool alike;
	char *last;
	int rc = 0;

	if (!ledger_said(b->config_sha256))
		return (0);
	if (pg_textf(pg, &last, e,
		"SELECT b.config_sha256 FROM batch_books b"
		" JOIN batch_sources s USING (run_id, dataset_id, section)"
		" WHERE b.dataset_id = %L AND b.seq = 0 AND b.stage = %L"
		" ORDER BY s.loaded_at DESC, s.section DESC LIMIT 1",
		dataset_id, b->stage))
		return (-1);
	alike = last == NULL || strcmp(last, b->config_sha256) == 0;
	if (!alike)
		rc = alike_layouts(dataset, last, b->config_sha256, &alike, e);
	if (rc == 0 && !alike) {
		(void)err_set(e, STATUS_DATA, "'%s': layout of %s differs from the last load",
		    dataset, b->stage);
		rc = err_hint(e, "if intended: --accept-change");
	}
	free(last);
	return (rc);
}

int
guard_layout(struct pg *pg, const char *dataset_id, const char *dataset, const struct intake *in,
    struct err *e)
{
	size_t i;

	for (i = 0; i < intake_sections(in); i++)
		if (guard_layout_one(pg, dataset_id, dataset, &intake_section(in, i)->upstream[0],
			e))
			return (-1);
	return (0);
}

/* The sections as three arrays for the server: names, digests (NULL: not said), configurations. */
static int
guard_arrays(const struct intake *in, struct buf arrays[3], struct err *e)
{
	char config[DIGEST_SHA256_HEX + 1];
	size_t i, k;

	for (i = 0; i < intake_sections(in); i++) {
		const struct intake_section *s = intake_section(in, i);
		const char *sha =
		    s->nupstream > 0 ? s->upstream[0].source_sha256 : s->own.source_sha256;
		const char *words[3] = { s->source, ledger_said(sha) ? sha : NULL, config };

		ledger_config(s->upstream, s->nupstream, &s->own, config);
		for (k = 0; k < 3; k++)
			if (buf_adds(&arrays[k], i > 0 ? "," : "{", e) ||
			    (words[k] == NULL ? buf_adds(&arrays[k], "NULL", e) :
						pg_array_word(&arrays[k], words[k], e)))
				return (-1);
	}
	for (k = 0; k < 3; k++)
		if (buf_adds(&arrays[k], "}", e) || buf_str(&arrays[k], e) == NULL)
			return (-1);
	return (0);
}

/* A load is what was written in one transaction, and has one instant. */
static const char guard_sql[] =
#include "queries/guard_past.inc"
    ;

int
guard_past(struct pg *pg, const char *dataset_id, const char *dataset, bool by_name,
    const struct intake *in, struct guard_past *past, struct err *e)
{
	struct buf arrays[3] = { BUF_INIT(64 << 20), BUF_INIT(64 << 20), BUF_INIT(64 << 20) };
	const char *params[5] = { dataset_id, NULL, NULL, NULL, by_name ? "t" : "f" };
	struct pg_result *r = NULL;
	size_t k;

	memset(past, 0, sizeof(*past));
	if (intake_sections(in) == 0)
		return (0);
	if (guard_arrays(in, arrays, e) == 0) {
		for (k = 0; k < 3; k++)
			params[1 + k] = arrays[k].p;
		r = pg_query(pg, guard_sql, params, 5, e);
	}
	for (k = 0; k < 3; k++)
		buf_free(&arrays[k]);
	if (r == NULL)
		return (-1);
	if (pg_result_get(r, 0, 2) != NULL)
		(void)snprintf(past->same_as, sizeof(past->same_as), "%s UTC",
		    pg_result_get(r, 0, 2));
	if (pg_result_get(r, 0, 0) != NULL) {
		(void)err_set(&past->older, STATUS_DATA,
		    "'%s' was loaded at %s UTC, before the latest source of '%s'",
		    pg_result_get(r, 0, 0), pg_result_get(r, 0, 1), dataset);
		(void)err_hint(&past->older,
		    "nothing was loaded; to load it again: --accept-older");
	}
	pg_result_free(r);
	return (0);
}
