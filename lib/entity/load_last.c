#include <stdlib.h>
#include <string.h>

#include "entity/load_state.h"

/*
 * Where the last row of a key counts, nothing is known of any before the end: rows that
 * differ from what was there before them are spooled, and settled here.
 *
 * The index keeps of each key the content of its last row (47 bits), the section of its
 * first (12 bits, LOAD_SECTIONS) and whether that was as the database has it.
 */
enum { LAST_SAME = 1, LAST_SECTION_SHIFT = 1, LAST_SECTION_BITS = 12, LAST_CONTENT_SHIFT = 13 };

static uint64_t
load_last_content(struct digest128 content)
{

	return (content.lo << LAST_CONTENT_SHIFT & ((UINT64_C(1) << INDEX_NOTE_BITS) - 1));
}

uint64_t
load_last_note(const struct load *l, struct digest128 content, bool same)
{

	return (load_last_content(content) | (l->nsections - 1) << LAST_SECTION_SHIFT | same);
}

bool
load_last_is(uint64_t note, struct digest128 content)
{

	return (note >> LAST_CONTENT_SHIFT == load_last_content(content) >> LAST_CONTENT_SHIFT);
}

void
load_last_first(uint64_t note, size_t *section, bool *same)
{

	*same = note & LAST_SAME;
	*section = note >> LAST_SECTION_SHIFT & ((1U << LAST_SECTION_BITS) - 1);
}

uint64_t
load_last_next(uint64_t note, struct digest128 content)
{

	return ((note & ((1U << LAST_CONTENT_SHIFT) - 1)) | load_last_content(content));
}

/* One line of counts: of a section's keys that end in the same way. */
static void
load_last_count(struct load *l, const struct pg_result *r, int i)
{
	struct load_section *s = l->sections[strtoul(pg_result_get(r, i, 0), NULL, 10)];
	uint64_t n = strtoull(pg_result_get(r, i, 4), NULL, 10);
	char act = pg_result_get(r, i, 1)[0];
	bool revived = pg_result_get(r, i, 2)[0] == 't';

	if (pg_result_get(r, i, 3)[0] == 't') /* its first row was counted as unchanged */
		s->counts.unchanged -= n;
	switch (act) {
	case LOAD_INSERT:
		s->counts.inserted += n;
		l->restored += n;
		break;
	case LOAD_PENDING:
		s->own.skipped += n;
		l->pending += n;
		break;
	case LOAD_UPDATE:
		s->counts.revived += revived ? n : 0;
		s->counts.updated += revived ? 0 : n;
		l->merged += n;
		break;
	case '-':
		s->own.skipped += n;
		break;
	default:
		s->counts.unchanged += n;
		break;
	}
}

int
load_last_settle(struct load *l, struct err *e)
{
	bool own = l->means.role == DATASET_OWN;
	const char *params[4] = { l->tenant, l->type,
		l->dataset_id[0] != '\0' ? l->dataset_id : "-1", own ? "t" : "f" };
	struct pg_result *r;
	int i;

	/* '=': the entity is there, and the dataset said just this; '-': it is not there yet. */
	if (pg_exec(l->pg,
		"DELETE FROM load_changed c USING (SELECT entity_key, max(seq) AS seq"
		" FROM load_changed GROUP BY 1 HAVING count(*) > 1) m"
		" WHERE c.entity_key = m.entity_key AND c.seq < m.seq",
		e) ||
	    load_merge_exec(l,
		"UPDATE load_changed c SET revived = $4::boolean AND x.retired,"
		" act = CASE WHEN x.same AND x.entity AND NOT ($4::boolean AND x.retired) THEN '='"
		" WHEN x.same AND NOT x.entity THEN '-'"
		" WHEN x.entity THEN 'u' WHEN $4::boolean THEN 'i' ELSE 'p' END"
		" FROM (SELECT c.entity_key, e.entity_key IS NOT NULL AS entity,"
		" e.retired_at IS NOT NULL AS retired, s.digest IS NOT DISTINCT FROM c.digest"
		" AND (e.entity_key IS NOT NULL OR p.entity_key IS NOT NULL) AS same"
		" FROM load_changed c"
		" LEFT JOIN entities e ON e.tenant_id = $1::uuid AND e.type_key = $2"
		" AND e.entity_key = c.entity_key"
		" LEFT JOIN entity_sources s ON s.dataset_id = $3::integer"
		" AND s.entity_key = c.entity_key"
		" LEFT JOIN entity_pending p ON p.dataset_id = $3::integer"
		" AND p.entity_key = c.entity_key) x WHERE x.entity_key = c.entity_key",
		params, 4, NULL, e))
		return (-1);
	if ((r = pg_query(l->pg,
		 "SELECT section, act, revived, same, count(*) FROM load_changed"
		 " GROUP BY 1, 2, 3, 4",
		 NULL, 0, e)) == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++)
		load_last_count(l, r, i);
	pg_result_free(r);
	return (pg_exec(l->pg, "DELETE FROM load_changed WHERE act IN ('=', '-')", e));
}
