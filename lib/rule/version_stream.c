/* Field rules from streams. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "ledger/ground.h"
#include "ledger/known_read.h"
#include "pg/copy_into.h"
#include "pg/copy_row.h"
#include "pg/copy_spool.h"
#include "rule/field_rule.h"
#include "rule/version_load.h"

/*
 * Streams under way.  Most of their rules are, on most nights, what the dataset last said:
 * entity_sources has a digest of that, so that they never leave this program.  A rule that
 * nobody has ever made a version of goes straight into rule_versions, and what is left into
 * rule_in, for version_judge.c.
 */
struct version_stream {
	struct version *v;
	struct field_rule *field;
	struct known *known;
	char dataset[BOOK_DATASET_SIZE], dataset_id[16];
	int32_t dataset_number; /* the same */
	unsigned char run[16];
	unsigned long sections; /* streams of it that the run has loaded before */
	const char *effective;
	struct rule_copy_first first;
	struct copy_into versions; /* rows on their way there */
	struct copy_spool fresh;   /* entity_sources: what the dataset says for the first time, */
	struct copy_spool other;   /* and what it says otherwise: key, digest, place */
};

/* What the dataset said before, and which other rules have versions. */
static int
version_stream_known(struct version_stream *t, struct err *e)
{
	struct pg *pg = t->v->pg;
	struct buf sql = BUF_INIT(4096);
	int rc;

	rc = pg_sqlf(pg, &sql, e,
		 "SELECT entity_key, digest FROM entity_sources WHERE dataset_id = %s",
		 t->dataset_id) ||
	    known_read(t->known, pg, sql.p, KNOWN_SAID | KNOWN_THERE, e);
	sql.len = 0;
	rc = rc ||
	    pg_sqlf(pg, &sql, e,
		"SELECT v.rule_identifier FROM rule_versions v WHERE v.tenant_id = %L"
		" AND v.rule_type = 'field_specific' AND v.version = 1 AND NOT EXISTS"
		" (SELECT FROM entity_sources s WHERE s.dataset_id = %s"
		"  AND s.entity_key = v.rule_identifier)",
		t->v->tenant, t->dataset_id) ||
	    known_read(t->known, pg, sql.p, KNOWN_THERE, e);
	buf_free(&sql);
	return (rc);
}

/* The dataset of all streams of the input. */
static int
version_stream_dataset(struct version_stream *t, struct err *e)
{
	struct version *v = t->v;
	struct stream_reader *r = intake_reader(v->in);
	const char *name = stream_reader_kind(r) + strlen("rrc:");
	uint64_t id = 0;

	if (t->dataset[0] != '\0')
		return (strcmp(t->dataset, name) == 0 ?
			0 :
			err_set(e, STATUS_DATA,
			    "the input is of the dataset '%s', and then of '%s'", t->dataset,
			    name));
	(void)snprintf(t->dataset, sizeof(t->dataset), "%.128s", name);
	(void)snprintf(v->run, sizeof(v->run), "%s", stream_reader_run(r));
	/* A plan makes no row; a dataset that is not there has said nothing. */
	if (v->plan ? ledger_dataset_find(v->pg, v->tenant, "rule", t->dataset, &id, e) :
		      ledger_dataset(v->pg, v->tenant, "rule", t->dataset, t->dataset_id,
			  sizeof(t->dataset_id), e))
		return (-1);
	if (v->plan)
		(void)snprintf(t->dataset_id, sizeof(t->dataset_id), "%llu",
		    (unsigned long long)id);
	if (!v->plan && ledger_section(v->pg, v->run, t->dataset_id, &t->sections, e))
		return (-1);
	if (num_uuid_bytes(t->run, v->run) ||
	    num_u64(t->dataset_id, strlen(t->dataset_id), 0, INT32_MAX, &id))
		return (err_set(e, STATUS_BUG, "run or dataset cannot be read"));
	t->dataset_number = (int32_t)id;
	return (version_stream_known(t, e));
}

/* Start a stream whose header is read: how its rows become rules, and its dataset. */
static int
version_stream_begin(void *load, struct intake_section *s, struct err *e)
{
	struct version_stream *t = load;
	struct version *v = t->v;

	field_rule_free(t->field);
	t->field = field_rule_new(v->c, intake_reader(v->in), v->o->effective, e);
	if (t->field == NULL || version_stream_dataset(t, e))
		return (-1);
	memcpy(s->run, v->run, sizeof(s->run));
	memcpy(s->own.config_sha256, v->c->sha256, sizeof(s->own.config_sha256));
	memcpy(s->own.dataset, t->dataset, sizeof(s->own.dataset));
	s->replayed = t->dataset;
	return (0);
}

/* The step at a stream's end; nothing is left to do there. */
static int
version_stream_seal(void *load, struct intake_section *s, struct err *e)
{

	(void)load;
	(void)s;
	(void)e;
	return (0);
}

/* Key, digest and place: a row of entity_sources, or of rule_digest where the dataset has said
 * something of the rule before. */
static int
version_stream_digest(struct version_stream *t, const struct rule *r, struct digest128 d,
    bool fresh, struct err *e)
{
	unsigned char digest[DIGEST128_SIZE];
	struct copy_spool *to = fresh ? &t->fresh : &t->other;
	struct buf *b = &to->b;
	uint64_t record, offset;

	stream_reader_place(intake_reader(t->v->in), &record, &offset);
	digest128_write(d, digest);
	return (copy_row(b, fresh ? 7 : 5, e) ||
	    copy_row_bytes(b, r->identifier, strlen(r->identifier), e) ||
	    copy_row_bytes(b, digest, sizeof(digest), e) ||
	    copy_row_i32(b, (int32_t)(t->sections + intake_sections(t->v->in) - 1), e) ||
	    copy_row_i64(b, (int64_t)record, e) || copy_row_i64(b, (int64_t)offset, e) ||
	    (fresh &&
		(copy_row_i32(b, t->dataset_number, e) ||
		    copy_row_bytes(b, t->run, sizeof(t->run), e))) ||
	    copy_spool_row(to, e));
}

/* The first version of all: to the server at once, so that both sides have work. */
static int
version_stream_new(struct version_stream *t, enum rule_copy_status status, struct err *e)
{
	struct version *v = t->v;

	version_count(v, intake_now(v->in), VERSION_NEW, 1);
	v->n.reviews += status == RULE_COPY_REVIEW;
	if (v->nsamples < VERSION_SAMPLES)
		version_count_sample(v, field_rule_get(t->field)->identifier, "1", "new",
		    status == RULE_COPY_REVIEW ? "pending_review" : "active", NULL);
	if (v->plan)
		return (0);
	return (rule_copy_version(v->copy, &t->first, &t->versions.b, e) ||
	    copy_into_row(&t->versions, e));
}

/* Reject or skip a repeated rule, count an unchanged one, insert one that is new and in force,
 * queue the rest for version_judge(). */
static int
version_stream_take(struct version_stream *t, const struct rule *r, struct err *e)
{
	struct version *v = t->v;
	struct intake_section *s = intake_now(v->in);
	enum rule_copy_status status = RULE_COPY_ACTIVE;
	struct digest128 content;
	struct known_row row;
	uint64_t record, offset, note;
	char odd[300], place[400];
	bool implausible = rule_implausible(v->c, r, odd, sizeof(odd));

	stream_reader_place(intake_reader(v->in), &record, &offset);
	if (implausible)
		status = RULE_COPY_REVIEW;
	if (rule_copy_digest(v->copy, r, status, v->source, &content, e))
		return (-1);
	note = content.hi >> (64 - KNOWN_NOTE_BITS);
	if (known_see(t->known, digest_xxh128(r->identifier, strlen(r->identifier)), content, note,
		&row, e))
		return (-1);
	if (row.again && row.note == note) {
		s->counts.duplicate++;
		return (0);
	}
	if (row.again) {
		fault_add(intake_faults(v->in), "duplicate_key", "field_number", r->field,
		    strlen(r->field),
		    "another record of this input has other values for this field");
		return (intake_reject(v->in, r->field, strlen(r->field), e));
	}
	if (implausible) {
		(void)snprintf(place, sizeof(place), "%.200s: record %llu at byte %llu: rule '%s'",
		    s->source, (unsigned long long)record, (unsigned long long)offset,
		    r->identifier);
		version_count_odd(v, s, place, odd);
	}
	if (row.same) {
		version_count(v, s, VERSION_SAME, 1);
		return (0);
	}
	if (version_stream_digest(t, r, content, !(row.known & KNOWN_SAID), e) ||
	    rule_copy_make(v->copy, r, status, e))
		return (-1);
	if (!(row.known & KNOWN_THERE) && strcmp(t->effective, v->today) <= 0)
		return (version_stream_new(t, status, e));
	return (rule_copy_add(v->copy, intake_sections(v->in) - 1, record, e));
}

/* Turn the row into a rule and take it; reject a bad row, skip one without values. */
static int
version_stream_row(void *load, const struct stream_field *f, struct err *e)
{
	struct version_stream *t = load;
	struct version *v = t->v;

	(void)f;
	switch (field_rule_row(t->field, intake_reader(v->in), intake_faults(v->in))) {
	case FIELD_RULE_BAD:
		return (intake_reject(v->in, NULL, 0, e));
	case FIELD_RULE_NONE:
		intake_now(v->in)->own.skipped++;
		return (0);
	case FIELD_RULE_ONE:
	default:
		return (version_stream_take(t, field_rule_get(t->field), e));
	}
}

/* After the last seal: the end of the COPY, and what the dataset has said now. */
static int
version_stream_end(struct version_stream *t, struct err *e)
{
	struct pg *pg = t->v->pg;

	if (copy_into_end(&t->versions, e))
		return (-1);
	if (t->v->plan)
		return (0);
	if (ground_send(&t->fresh, pg, "entity_sources", t->v->tenant, t->dataset_id,
		"entity_key, digest, section, record, byte_offset, dataset_id, seen_run", e))
		return (-1);
	if (t->other.rows == 0)
		return (0);
	return (copy_spool_send(&t->other, pg, "COPY rule_digest FROM STDIN (FORMAT binary)", e) ||
	    pg_execf(pg, NULL, e,
		"ANALYZE rule_digest; UPDATE entity_sources s SET digest = d.digest, seen_run = %L,"
		" section = d.section, record = d.record, byte_offset = d.byte_offset FROM rule_digest d WHERE s.dataset_id = %s AND s.entity_key = d.identifier",
		t->v->run, t->dataset_id));
}

int
version_stream_take_all(struct version *v, struct err *e)
{
	static const struct intake_steps steps = { version_stream_begin, version_stream_row,
		version_stream_seal };
	struct stream_reader *r = NULL;
	struct version_stream t;
	int rc;

	memset(&t, 0, sizeof(t));
	t.v = v;
	t.effective = v->o->effective ? v->o->effective : v->today;
	copy_into_init(&t.versions, v->pg, COPY_BINARY);
	copy_spool_init(&t.fresh, COPY_BINARY);
	copy_spool_init(&t.other, COPY_BINARY);
	t.known = known_new();
	rc = rule_copy_first(&t.first, v->tenant, t.effective, v->source, VERSION_WRITER, e) ||
	    pg_sqlf(v->pg, &t.versions.sql, e,
		"COPY rule_versions (" RULE_COPY_COLUMNS ") FROM STDIN (FORMAT binary)") ||
	    (r = stream_reader_open(v->o->fd, v->o->name, "rrc:", e)) == NULL ||
	    intake_take(v->in, r, false, &steps, &t, e) || version_stream_end(&t, e);
	if (rc)
		copy_into_fail(&t.versions, "the stream is broken");
	field_rule_free(t.field);
	stream_reader_free(r);
	known_free(t.known);
	copy_into_free(&t.versions);
	copy_spool_free(&t.fresh);
	copy_spool_free(&t.other);
	return (rc);
}
