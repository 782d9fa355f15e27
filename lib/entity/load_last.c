/* Of several rows with one key the last one counts. */

#include "entity/load_last.h"

#include "ledger/known.h"

/*
 * Where the last row of a key counts, nothing is known of any before the end: rows that
 * differ from what was there before them are spooled, and settled here.
 *
 * The table of known keys keeps the content of its last row (47 bits), the section of its
 * first (12 bits, LOAD_SECTIONS) and whether that was as the database has it.
 */
enum { LAST_SAME = 1, LAST_SECTION_SHIFT = 1, LAST_SECTION_BITS = 12, LAST_CONTENT_SHIFT = 13 };

/* The low 47 bits of the digest, shifted to their place in a note. */
static uint64_t
load_last_content(struct digest128 content)
{

	return (content.lo << LAST_CONTENT_SHIFT & ((UINT64_C(1) << KNOWN_NOTE_BITS) - 1));
}

uint64_t
load_last_note(size_t section, struct digest128 content, bool same)
{

	return (load_last_content(content) | (uint64_t)section << LAST_SECTION_SHIFT | same);
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
load_last_count(const struct load_job *j, const struct pg_result *r, int i, struct load_acts *acts)
{
	struct intake_section *s = intake_section(j->in, pg_result_u64(r, i, 0));
	uint64_t n = pg_result_u64(r, i, 4);
	bool revived = pg_result_bool(r, i, 2);

	if (pg_result_bool(r, i, 3)) /* its first row was counted as unchanged */
		s->counts.unchanged -= n;
	switch (pg_result_get(r, i, 1)[0]) {
	case LOAD_INSERT:
		s->counts.inserted += n;
		acts->inserted += n;
		break;
	case LOAD_PENDING:
		s->own.skipped += n;
		acts->pending += n;
		break;
	case LOAD_UPDATE:
		s->counts.revived += revived ? n : 0;
		s->counts.updated += revived ? 0 : n;
		acts->updated += n;
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
load_last_settle(const struct load_job *j, const struct load_dataset *d, struct load_acts *acts,
    struct err *e)
{
	const char *own = d->means.role == DATASET_OWN ? "true" : "false",
		   *id = d->id[0] != '\0' ? d->id : "-1";
	struct pg_result *r;
	int i;

	/* '=': the entity is there, and the dataset said just this; '-': it is not there yet. */
	if (pg_exec(j->pg,
		"DELETE FROM load_changed c USING (SELECT entity_key, max(seq) AS seq"
		" FROM load_changed GROUP BY 1 HAVING count(*) > 1) m"
		" WHERE c.entity_key = m.entity_key AND c.seq < m.seq",
		e) ||
	    pg_execf(j->pg, NULL, e,
		"UPDATE load_changed c SET revived = %s AND x.retired,"
		" act = CASE WHEN x.same AND x.entity AND NOT (%s AND x.retired) THEN '='"
		" WHEN x.same AND NOT x.entity THEN '-'"
		" WHEN x.entity THEN 'u' WHEN %s THEN 'i' ELSE 'p' END"
		" FROM (SELECT c.entity_key, e.entity_key IS NOT NULL AS entity,"
		" e.retired_at IS NOT NULL AS retired, s.digest IS NOT DISTINCT FROM c.digest"
		" AND (e.entity_key IS NOT NULL OR p.entity_key IS NOT NULL) AS same"
		" FROM load_changed c"
		" LEFT JOIN entities e ON e.tenant_id = %L AND e.type_key = %L"
		" AND e.entity_key = c.entity_key"
		" LEFT JOIN entity_sources s ON s.dataset_id = %s"
		" AND s.entity_key = c.entity_key"
		" LEFT JOIN entity_pending p ON p.dataset_id = %s"
		" AND p.entity_key = c.entity_key) x WHERE x.entity_key = c.entity_key",
		own, own, own, j->tenant, j->type, id, id))
		return (-1);
	if ((r = pg_query(j->pg,
		 "SELECT section, act, revived, same, count(*) FROM load_changed"
		 " GROUP BY 1, 2, 3, 4",
		 NULL, 0, e)) == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++)
		load_last_count(j, r, i, acts);
	pg_result_free(r);
	return (pg_exec(j->pg, "DELETE FROM load_changed WHERE act IN ('=', '-')", e));
}
