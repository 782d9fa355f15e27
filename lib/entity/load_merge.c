/* From rows to entities: by COPY where they are new, by a merge where they have changed. */

#include "entity/load_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "entity/load_change.h"
#include "entity/load_last.h"
#include "entity/load_sample.h"
#include "entity/load_touched.h"
#include "ledger/ground.h"
#include "pg/copy_into.h"
#include "pg/copy_row.h"

struct load_merge {
	const struct load_job *j;
	const struct load_dataset *d;
	int part;                 /* place of the partition in the row, or -1 */
	unsigned char tenant[16]; /* as the binary form has a uuid */
	unsigned char run[16];
	int32_t dataset;
	struct ground ground;      /* of entities */
	struct copy_into entities; /* rows on their way */
	struct copy_spool fresh;   /* entity_sources: LOAD_SOURCES */
	struct copy_spool changed; /* load_changed */
	struct load_acts acts;
};

struct load_merge *
load_merge_new(const struct load_job *j, const struct load_dataset *d)
{
	struct load_merge *m = xcalloc(1, sizeof(*m));

	m->j = j;
	m->d = d;
	copy_into_init(&m->entities, j->pg, COPY_BINARY);
	copy_spool_init(&m->fresh, COPY_BINARY);
	copy_spool_init(&m->changed, COPY_BINARY);
	return (m);
}

int
load_merge_tables(struct pg *pg, struct err *e)
{

	return (pg_exec(pg,
	    "CREATE TEMPORARY TABLE load_changed (entity_key varchar(255) NOT NULL,"
	    " properties jsonb NOT NULL, digest bytea NOT NULL, part varchar(64),"
	    " at_section integer NOT NULL, record bigint NOT NULL, byte_offset bigint NOT NULL,"
	    " act char(1) NOT NULL, revived boolean NOT NULL, seq bigint NOT NULL,"
	    " section integer NOT NULL, same boolean NOT NULL) ON COMMIT DROP;"
	    " CREATE TEMPORARY TABLE load_gone (entity_key varchar(255) NOT NULL) ON COMMIT DROP",
	    e));
}

int
load_merge_begin(struct load_merge *m, int part, struct err *e)
{
	const struct load_job *j = m->j;
	uint64_t number;

	m->part = part;
	if (j->o->plan)
		return (0);
	if (num_uuid_bytes(m->tenant, j->tenant) || num_uuid_bytes(m->run, j->run) ||
	    num_u64(m->d->id, strlen(m->d->id), 0, INT32_MAX, &number))
		return (err_set(e, STATUS_BUG, "tenant, run or dataset cannot be read"));
	m->dataset = (int32_t)number;
	return (0);
}

/* The first new entity: where it goes. */
static int
load_merge_open(struct load_merge *m, struct err *e)
{
	const struct load_job *j = m->j;

	if (m->entities.sql.len > 0)
		return (0);
	return (ground_open(&m->ground, j->pg, "entities", j->tenant, j->type, e) ||
	    ground_copy(&m->ground, j->pg, &m->entities.sql,
		"tenant_id, type_key, entity_key, name, field, district, properties, changed_run",
		COPY_BINARY, e));
}

/* A value that may be missing. */
static int
load_merge_value(struct buf *b, const struct stream_field *f, int at, struct err *e)
{

	if (at < 0 || f[at].null)
		return (copy_row_null(b, e));
	return (copy_row_bytes(b, f[at].p, f[at].len, e));
}

/* The first field with ${role} that has a value fills its column of entities. */
static int
load_merge_column(const struct load_merge *m, struct buf *b, const struct stream_field *f,
    enum field_role role, int fallback, struct err *e)
{
	int at = properties_role(m->j->p, role, -1);

	while (at >= 0 && f[at].null)
		at = properties_role(m->j->p, role, at);
	return (load_merge_value(b, f, at >= 0 ? at : fallback, e));
}

/* What the row says, as jsonb. */
static int
load_merge_properties(const struct load_merge *m, struct buf *b, const struct stream_field *f,
    struct err *e)
{
	size_t at;

	if (copy_row_jsonb(b, &at, e) || properties_copy(m->j->p, f, b, e))
		return (-1);
	copy_row_end(b, at);
	return (0);
}

/* Digest and partition, and where the row comes from: section, record, byte offset. */
static int
load_merge_said(const struct load_merge *m, struct buf *b, const struct stream_field *f,
    struct digest128 d, struct err *e)
{
	struct intake *in = m->j->in;
	unsigned char bytes[DIGEST128_SIZE];
	uint64_t record, offset;

	digest128_write(d, bytes);
	intake_place(in, &record, &offset);
	return (copy_row_bytes(b, bytes, sizeof(bytes), e) || load_merge_value(b, f, m->part, e) ||
	    copy_row_i32(b, (int32_t)(m->j->sections + intake_sections(in) - 1), e) ||
	    copy_row_i64(b, (int64_t)record, e) || copy_row_i64(b, (int64_t)offset, e));
}

int
load_merge_insert(struct load_merge *m, const struct stream_field *f, struct digest128 content,
    struct err *e)
{
	const struct stream_field *key = &f[PROPERTIES_KEY];
	const struct load_job *j = m->j;
	struct buf *b = &m->entities.b, *s = &m->fresh.b;

	if (j->o->plan)
		return (0);
	/* To the server at once, so that both sides have work.  Without a name of its own an entity is
	 * called by its key. */
	if (load_merge_open(m, e) || copy_row(b, 8, e) ||
	    copy_row_bytes(b, m->tenant, sizeof(m->tenant), e) ||
	    copy_row_bytes(b, j->type, strlen(j->type), e) ||
	    copy_row_bytes(b, key->p, key->len, e) ||
	    load_merge_column(m, b, f, ROLE_NAME, PROPERTIES_KEY, e) ||
	    load_merge_column(m, b, f, ROLE_FIELD, -1, e) ||
	    load_merge_column(m, b, f, ROLE_DISTRICT, -1, e) || load_merge_properties(m, b, f, e) ||
	    copy_row_bytes(b, m->run, sizeof(m->run), e) || copy_into_row(&m->entities, e))
		return (-1);
	if (copy_row(s, 8, e) || copy_row_bytes(s, key->p, key->len, e) ||
	    load_merge_said(m, s, f, content, e) || copy_row_bytes(s, m->run, sizeof(m->run), e) ||
	    copy_row_i32(s, m->dataset, e))
		return (-1);
	return (copy_spool_row(&m->fresh, e));
}

int
load_merge_change(struct load_merge *m, const struct stream_field *f, struct digest128 content,
    enum load_act act, bool revived, uint64_t note, struct err *e)
{
	bool last = load_dataset_settled(m->d), same = false;
	const char code = (char)act;
	struct buf *b = &m->changed.b;
	size_t section = 0;

	if (last) {
		load_last_first(note, &section, &same);
	} else {
		m->acts.updated += act == LOAD_UPDATE;
		m->acts.inserted += act == LOAD_INSERT;
		m->acts.pending += act == LOAD_PENDING;
		if (m->j->o->plan && (m->changed.rows >= LOAD_SAMPLES || act != LOAD_UPDATE))
			return (0);
	}
	if (copy_row(b, 12, e) ||
	    copy_row_bytes(b, f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len, e) ||
	    load_merge_properties(m, b, f, e) || load_merge_said(m, b, f, content, e) ||
	    copy_row_bytes(b, &code, 1, e) || copy_row_bool(b, revived, e) ||
	    copy_row_i64(b, (int64_t)m->changed.rows, e) || copy_row_i32(b, (int32_t)section, e) ||
	    copy_row_bool(b, same, e))
		return (-1);
	return (copy_spool_row(&m->changed, e));
}

/* Run a statement whose rows are counted, and compare: 0, or -1 with ${e} set. */
static int
load_merge_counted(uint64_t got, uint64_t want, const char *what, struct err *e)
{

	if (got == want)
		return (0);
	return (err_set(e, STATUS_TEMPFAIL,
	    "%s: %llu rows changed, not %llu: another program writes the same entities", what,
	    (unsigned long long)got, (unsigned long long)want));
}

/* Append "EXPR ->> 'key'", with a comma before it where it is not the first. */
static int
load_merge_member(const struct load_merge *m, struct buf *b, bool *any, const char *expr,
    const char *key, struct err *e)
{
	bool first = !*any;

	*any = true;
	return (pg_sqlf(m->j->pg, b, e, "%s%s ->> %L", first ? "coalesce(" : ", ", expr, key));
}

/*
 * The columns of entities that come from fields with a role: " name = coalesce(...),".  The
 * first such field with a value counts, whichever dataset brings it; ${mine} is what to
 * ask for a field of this stream, ${others} for one of another's.  A type
 * without such a field leaves its column to others.
 */
static int
load_merge_roles(const struct load_merge *m, struct buf *b, const char *mine, const char *others,
    bool assign, struct err *e)
{
	static const struct {
		enum field_role role;
		const char *column;
	} roles[] = { { ROLE_NAME, "name" }, { ROLE_FIELD, "field" },
		{ ROLE_DISTRICT, "district" } };
	size_t i, k;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		size_t start = b->len;
		bool any = false;

		if (assign && buf_addf(b, e, " %s = ", roles[i].column))
			return (-1);
		for (k = 0; k < m->j->d->n; k++) {
			const struct field_definition *f = &m->j->d->fields[k];
			const char *expr = properties_find(m->j->p, f->key) >= 0 ? mine : others;

			if (f->role == roles[i].role && expr != NULL &&
			    load_merge_member(m, b, &any, expr, f->key, e))
				return (-1);
		}
		if (any &&
		    buf_addf(b, e, "%s),", roles[i].role == ROLE_NAME ? ", e.entity_key" : ""))
			return (-1);
		if (!any && assign)
			b->len = start;
		if (!any && !assign &&
		    buf_adds(b, roles[i].role == ROLE_NAME ? " e.entity_key," : " NULL,", e))
			return (-1);
	}
	return (0);
}

/* What the dataset said before, of fields that it no longer brings, goes with the rest. */
static int
load_merge_update(struct load_merge *m, struct err *e)
{
	const char *was = m->d->owned != NULL ? m->d->owned : "{}";
	struct buf owned = BUF_INIT(1 << 20), others = BUF_INIT(1 << 20), set = BUF_INIT(1 << 20);
	uint64_t rows;
	int rc;

	rc = properties_owned(m->j->p, false, &owned, e) || buf_str(&owned, e) == NULL ||
	    pg_sqlf(m->j->pg, &others, e, "(e.properties - %L::text[])", was) ||
	    load_merge_roles(m, &set, "c.properties", others.p, true, e) ||
	    buf_str(&set, e) == NULL || load_change_updated(m->j, m->d, owned.p, e) ||
	    pg_execf(m->j->pg, &rows, e,
		"UPDATE entities e SET properties = (e.properties - %L::text[] - %L::text[])"
		" || c.properties,%s"
		" retired_at = CASE WHEN NOT c.revived THEN e.retired_at END,"
		" changed_run = %L FROM load_changed c WHERE e.tenant_id = %L AND e.type_key = %L"
		" AND e.entity_key = c.entity_key AND c.act = 'u'",
		owned.p, was, set.p, m->j->run, m->j->tenant, m->j->type) ||
	    load_merge_counted(rows, m->acts.updated, "updating entities", e);
	buf_free(&owned);
	buf_free(&others);
	buf_free(&set);
	return (rc);
}

/*
 * Entities that were not there.  What other datasets once said of them went with the
 * entity: without its digest it is said again.
 */
static int
load_merge_again(struct load_merge *m, struct err *e)
{
	const struct load_job *j = m->j;
	struct buf roles = BUF_INIT(1 << 20);
	uint64_t rows;
	int rc;

	rc = ground_ready(j->pg, "entities", j->tenant, j->type, e) ||
	    load_merge_roles(m, &roles, "e.properties", NULL, false, e) ||
	    buf_str(&roles, e) == NULL ||
	    pg_execf(j->pg, &rows, e,
		"INSERT INTO entities (tenant_id, type_key, entity_key, name, field, district,"
		" properties, changed_run) SELECT %L::uuid, %L, e.entity_key,%s e.properties,"
		" %L::uuid FROM load_changed e WHERE e.act = 'i'",
		j->tenant, j->type, roles.p, j->run) ||
	    load_merge_counted(rows, m->acts.inserted, "inserting entities", e) ||
	    pg_execf(j->pg, NULL, e,
		"DELETE FROM entity_sources s USING load_changed c, batch_datasets d"
		" WHERE c.act = 'i' AND s.entity_key = c.entity_key"
		" AND s.dataset_id = d.dataset_id AND d.tenant_id = %L AND d.type_key = %L"
		" AND d.dataset_id <> %s AND NOT EXISTS (SELECT FROM entity_pending p"
		" WHERE p.dataset_id = s.dataset_id AND p.entity_key = s.entity_key)",
		j->tenant, j->type, m->d->id);
	buf_free(&roles);
	return (rc);
}

/* Rows that wait for their entity. */
static int
load_merge_pending(struct load_merge *m, struct err *e)
{
	uint64_t rows;

	return (pg_execf(m->j->pg, &rows, e,
		    "INSERT INTO entity_pending (dataset_id, entity_key, properties)"
		    " SELECT %s, entity_key, properties FROM load_changed WHERE act = 'p'"
		    " ON CONFLICT (dataset_id, entity_key)"
		    " DO UPDATE SET properties = EXCLUDED.properties",
		    m->d->id) ||
	    load_merge_counted(rows, m->acts.pending, "keeping rows whose entity is not there yet",
		e));
}

int
load_merge_land(struct load_merge *m, struct err *e)
{

	return (copy_into_end(&m->entities, e) || ground_close(&m->ground, m->j->pg, e));
}

int
load_merge_spool(struct load_merge *m, struct err *e)
{

	if (m->changed.rows == 0)
		return (0);
	return (copy_spool_send(&m->changed, m->j->pg,
		    "COPY load_changed FROM STDIN WITH (FORMAT binary)", e) ||
	    (load_dataset_settled(m->d) && load_last_settle(m->j, m->d, &m->acts, e)));
}

/* What the dataset has said now. */
static int
load_merge_sources(struct load_merge *m, struct err *e)
{
	const struct load_acts *n = &m->acts;
	uint64_t rows;

	return (ground_ready(m->j->pg, "entity_sources", m->j->tenant, m->d->id, e) ||
	    pg_execf(m->j->pg, &rows, e,
		"INSERT INTO entity_sources (dataset_id, entity_key, digest, seen_run, part,"
		" section, record, byte_offset)"
		" SELECT %s, entity_key, digest, %L::uuid, part, at_section, record, byte_offset"
		" FROM load_changed"
		" ON CONFLICT (dataset_id, entity_key) DO UPDATE SET digest = EXCLUDED.digest,"
		" seen_run = EXCLUDED.seen_run, part = EXCLUDED.part, section = EXCLUDED.section,"
		" record = EXCLUDED.record, byte_offset = EXCLUDED.byte_offset",
		m->d->id, m->j->run) ||
	    load_merge_counted(rows, n->updated + n->inserted + n->pending, "updating digests", e));
}

int
load_merge_apply(struct load_merge *m, struct err *e)
{
	const struct load_acts *n = &m->acts;

	if (ground_send(&m->fresh, m->j->pg, "entity_sources", m->j->tenant, m->d->id, LOAD_SOURCES,
		e))
		return (-1);
	if (n->updated + n->inserted + n->pending == 0)
		return (0);
	return (pg_exec(m->j->pg, "ANALYZE load_changed", e) ||
	    (n->updated > 0 &&
		(load_touched_few(m->j->pg, n->updated, e) || load_merge_update(m, e) ||
		    load_touched_any(m->j->pg, e))) ||
	    (n->inserted > 0 && load_merge_again(m, e)) ||
	    (n->pending > 0 && load_merge_pending(m, e)) || load_merge_sources(m, e));
}

int
load_merge_arrived(struct load_merge *m, struct err *e)
{
	const struct load_job *j = m->j;
	struct buf set = BUF_INIT(1 << 20);
	size_t i;
	int rc = 0;

	if (m->entities.rows + m->acts.inserted > 0)
		rc = load_merge_roles(m, &set, "(e.properties || p.properties)",
			 "(e.properties || p.properties)", true, e) ||
		    buf_str(&set, e) == NULL;
	for (i = 0; rc == 0 && set.p != NULL && i < m->d->npeers; i++)
		if (m->d->peers[i].enrich)
			rc = pg_execf(j->pg, NULL, e,
			    "WITH p AS (DELETE FROM entity_pending p USING entities e"
			    " WHERE p.dataset_id = %s AND e.tenant_id = %L"
			    " AND e.type_key = %L AND e.entity_key = p.entity_key"
			    " RETURNING p.entity_key, p.properties) UPDATE entities e"
			    " SET properties = e.properties || p.properties,%s changed_run = %L"
			    " FROM p WHERE e.tenant_id = %L AND e.type_key = %L"
			    " AND e.entity_key = p.entity_key",
			    m->d->peers[i].id, j->tenant, j->type, set.p, j->run, j->tenant,
			    j->type);
	buf_free(&set);
	return (rc);
}

uint64_t
load_merge_touched(const struct load_merge *m)
{

	return (load_merge_inserted(m) + m->acts.updated);
}

uint64_t
load_merge_inserted(const struct load_merge *m)
{

	return (m->entities.rows + m->acts.inserted);
}

struct copy_spool *
load_merge_fresh(struct load_merge *m)
{

	return (&m->fresh);
}

void
load_merge_fail(struct load_merge *m, const char *why)
{

	copy_into_fail(&m->entities, why);
}

void
load_merge_free(struct load_merge *m)
{

	if (m == NULL)
		return;
	copy_into_free(&m->entities);
	copy_spool_free(&m->fresh);
	copy_spool_free(&m->changed);
	free(m);
}
