/* Of several rows with one key the last one counts, or the best. */

#include "entity/load_last.h"

#include <string.h>

#include "ledger/known.h"

/*
 * Where not the first row of a key counts, nothing is known of any before the end: rows that
 * count more than what was there before them are spooled, and settled here.
 *
 * The table of known keys keeps of its row that counts so far a part of its digest or what makes it
 * better than others (47 bits), the section of its first (12 bits, LOAD_SECTIONS) and whether that was
 * as the database has it.
 */
enum {
	LAST_SAME = 1,
	LAST_SECTION_SHIFT = 1,
	LAST_SECTION_BITS = 12,
	LAST_CONTENT_SHIFT = 13,
	LAST_CONTENT_BITS = KNOWN_NOTE_BITS - LAST_CONTENT_SHIFT,
	LAST_DATE_BITS = 17,
	LAST_YEAR = 1760 /* before it all dates are one */
};

int
load_last_set(struct load_last *x, const struct load_job *j, const struct load_dataset *d,
    const struct properties *p, struct err *e)
{
	const struct field_definition *f;
	unsigned bits = 0;
	size_t i;

	memset(x, 0, sizeof(*x));
	x->on = load_dataset_settled(d);
	for (i = 0; i < d->means.nbest; i++) {
		f = definition_find(j->d, d->means.best[i]);
		if (f == NULL)
			return (err_set(e, STATUS_CONFIG,
			    "'best' of '%s' in datasets.yaml: type '%s' has no field '%s'", d->name,
			    j->type, d->means.best[i]));
		if (i == LOAD_LAST_FIELDS ||
		    (bits += f->type == FIELD_DATE ? LAST_DATE_BITS : 2) > LAST_CONTENT_BITS)
			return (err_set(e, STATUS_CONFIG,
			    "'best' of '%s' in datasets.yaml: two dates and six others at most",
			    d->name));
		x->by[i].column = properties_find(p, f->key);
		x->by[i].kind = f->type == FIELD_DATE ? LAST_DATE :
		    f->type == FIELD_BOOLEAN          ? LAST_BOOLEAN :
							LAST_SET;
		if (x->by[i].column < 0)
			return (err_set(e, STATUS_CONFIG,
			    "'%s' has no column '%s', which says which of its rows is the best",
			    d->name, f->key));
		x->n++;
	}
	return (0);
}

/* A date as a number that grows with it, from 1; what is none is 0. */
static uint64_t
load_last_date(const struct stream_field *f)
{
	unsigned v[3] = { 0, 0, 0 };
	size_t i, k = 0;

	if (f->null || f->len != 10)
		return (0);
	for (i = 0; i < f->len; i++) {
		if (f->p[i] == '-' && k < 2)
			k++;
		else if (f->p[i] >= '0' && f->p[i] <= '9')
			v[k] = v[k] * 10 + (unsigned)(f->p[i] - '0');
	}
	if (v[0] < LAST_YEAR || v[0] >= LAST_YEAR + (1 << LAST_DATE_BITS) / (12 * 31) - 1)
		return (v[0] < LAST_YEAR ? 1 : (1 << LAST_DATE_BITS) - 1);
	return (1 + ((uint64_t)(v[0] - LAST_YEAR) * 12 + v[1]) * 31 + v[2]);
}

uint64_t
load_last_value(const struct load_last *x, const struct stream_field *f, struct digest128 content)
{
	const struct stream_field *v;
	uint64_t value = 0;
	size_t i;

	if (x->n == 0)
		return (content.lo & ((UINT64_C(1) << LAST_CONTENT_BITS) - 1));
	for (i = 0; i < x->n; i++) {
		v = &f[x->by[i].column];
		if (x->by[i].kind == LAST_DATE)
			value = value << LAST_DATE_BITS | load_last_date(v);
		else if (v->null || v->len == 0)
			value <<= 2;
		else
			value = value << 2 |
			    (x->by[i].kind == LAST_BOOLEAN && v->p[0] != 't' ? 1U : 2U);
	}
	return (value);
}

uint64_t
load_last_note(size_t section, uint64_t value, bool same)
{

	return (value << LAST_CONTENT_SHIFT | (uint64_t)section << LAST_SECTION_SHIFT | same);
}

bool
load_last_counts(const struct load_last *x, uint64_t note, uint64_t value)
{
	const uint64_t had = note >> LAST_CONTENT_SHIFT;

	return (x->n > 0 ? value > had : value != had);
}

void
load_last_first(uint64_t note, size_t *section, bool *same)
{

	*same = note & LAST_SAME;
	*section = note >> LAST_SECTION_SHIFT & ((1U << LAST_SECTION_BITS) - 1);
}

uint64_t
load_last_next(uint64_t note, uint64_t value)
{

	return ((note & ((1U << LAST_CONTENT_SHIFT) - 1)) | value << LAST_CONTENT_SHIFT);
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
