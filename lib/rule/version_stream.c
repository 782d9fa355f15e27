#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/progress.h"
#include "entity/index.h"
#include "pg/copy_binary.h"
#include "pg/copy_spool.h"
#include "rule/field_rule.h"
#include "rule/version_state.h"
#include "stream/reader.h"
#include "stream/reject.h"

/*
 * Streams under way.  Most of their rules are, on most nights, what the dataset last said:
 * entity_sources has a digest of that, so that they never leave this program.  A rule that
 * nobody has ever made a version of goes straight into rule_versions, and what is left into
 * rule_in, for version_judge.c.
 */
struct version_stream {
	struct version *v;
	struct version_section *s;
	struct stream_reader *r;
	struct field_rule *field;
	struct reject_writer *rejects;
	struct fault_list *faults;
	struct entity_index *ix;
	char dataset[BOOK_DATASET_SIZE], dataset_id[16];
	const char *effective;
	struct buf copy, tail;   /* rows on their way into rule_versions, and how they end */
	bool copying;            /* a COPY into rule_versions is open */
	uint64_t copied;         /* rows sent by it */
	struct copy_spool fresh; /* entity_sources: what the dataset says for the first time, */
	struct copy_spool other; /* and what it says otherwise: key and digest */
};

static int
version_stream_said(void *cookie, const struct copy_binary_field *f, struct err *e)
{
	struct version_stream *t = cookie;
	struct digest128 content;

	if (f[1].len != DIGEST128_SIZE)
		return (err_set(e, STATUS_BUG, "a digest of %zu bytes", f[1].len));
	content = digest128_read(f[1].p);
	return (index_know(t->ix, digest_xxh128(f[0].p, f[0].len), INDEX_SOURCE | INDEX_ENTITY,
	    content, e));
}

static int
version_stream_there(void *cookie, const struct copy_binary_field *f, struct err *e)
{
	struct version_stream *t = cookie;
	const struct digest128 none = { 0, 0 };

	return (index_know(t->ix, digest_xxh128(f[0].p, f[0].len), INDEX_ENTITY, none, e));
}

/* What the dataset said before, and which other rules have versions. */
static int
version_stream_known(struct version_stream *t, struct err *e)
{
	struct buf sql = BUF_INIT(4096);
	int rc = -1;

	if (buf_addf(&sql, e, "SELECT entity_key, digest FROM entity_sources WHERE dataset_id = %s",
		t->dataset_id) == 0 &&
	    buf_str(&sql, e) != NULL &&
	    copy_binary_read(t->v->pg, sql.p, version_stream_said, t, e) == 0) {
		sql.len = 0;
		if (buf_addf(&sql, e,
			"SELECT v.rule_identifier FROM rule_versions v WHERE v.tenant_id = '%s'"
			" AND v.rule_type = 'field_specific' AND v.version = 1 AND NOT EXISTS"
			" (SELECT FROM entity_sources s WHERE s.dataset_id = %s"
			"  AND s.entity_key = v.rule_identifier)",
			t->v->tenant, t->dataset_id) == 0 &&
		    buf_str(&sql, e) != NULL)
			rc = copy_binary_read(t->v->pg, sql.p, version_stream_there, t, e);
	}
	buf_free(&sql);
	return (rc);
}

/* The dataset of all streams of the input. */
static int
version_stream_dataset(struct version_stream *t, struct err *e)
{
	struct version *v = t->v;
	const char *name = stream_reader_kind(t->r) + strlen("rrc:");
	const char *params[2] = { v->tenant, name };
	struct pg_result *r;

	if (t->dataset[0] != '\0')
		return (strcmp(t->dataset, name) == 0 ?
			0 :
			err_set(e, STATUS_DATA,
			    "the input is of the dataset '%s', and then of '%s'", t->dataset,
			    name));
	(void)snprintf(t->dataset, sizeof(t->dataset), "%.128s", name);
	(void)snprintf(v->run, sizeof(v->run), "%s", stream_reader_run(t->r));
	if (!v->plan)
		return (ledger_dataset(v->pg, v->tenant, "rule", t->dataset, t->dataset_id,
			    sizeof(t->dataset_id), e) ||
			    version_stream_known(t, e) ?
			-1 :
			0);
	/* A plan makes no row; a dataset that is not there has said nothing. */
	if ((r = pg_query(v->pg,
		 "SELECT coalesce((SELECT dataset_id FROM batch_datasets WHERE tenant_id = $1::uuid"
		 " AND type_key = 'rule' AND dataset = $2), 0)",
		 params, 2, e)) == NULL)
		return (-1);
	(void)snprintf(t->dataset_id, sizeof(t->dataset_id), "%s", pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (version_stream_known(t, e));
}

static int
version_stream_header(struct version_stream *t, struct err *e)
{
	struct stream_header of = { "rule", NULL, NULL, NULL, NULL };
	struct version *v = t->v;
	const char *line;
	size_t len;

	field_rule_free(t->field);
	if ((t->field = field_rule_new(v->c, t->r, v->o->effective, e)) == NULL ||
	    version_stream_dataset(t, e))
		return (-1);
	t->s = version_section(v, stream_reader_source(t->r));
	memcpy(t->s->dataset, t->dataset, sizeof(t->s->dataset));
	of.source = t->s->source;
	of.run = stream_reader_run(t->r);
	t->rejects = reject_open_nth(v->o->rejects, v->nsections, &of, &t->s->own, e);
	if (t->rejects == NULL)
		return (-1);
	line = stream_reader_raw(t->r, &len);
	reject_form(t->rejects, stream_reader_kind(t->r), t->s->dataset, line, len);
	return (0);
}

static int
version_stream_reject(struct version_stream *t, const char *key, struct err *e)
{
	struct reject_at at = { 0, 0, key, key ? strlen(key) : 0 };
	size_t len;
	const char *raw = stream_reader_raw(t->r, &len);

	stream_reader_place(t->r, &at.record, &at.offset);
	return (reject_put(t->rejects, true, &at, t->faults, raw, len, e));
}

/* Key and digest of what entity_sources has to know. */
static int
version_stream_digest(struct version_stream *t, const struct rule *r, struct digest128 d,
    bool fresh, struct err *e)
{
	unsigned char bytes[DIGEST128_SIZE];
	char hex[2 * DIGEST128_SIZE];
	struct copy_spool *to = fresh ? &t->fresh : &t->other;
	struct buf *b = &to->b;

	digest128_write(d, bytes);
	num_hex(hex, bytes, sizeof(bytes));
	if (pg_copy_text(b, r->identifier, strlen(r->identifier), e) || buf_adds(b, "\t\\\\x", e) ||
	    buf_add(b, hex, sizeof(hex), e) ||
	    (fresh && buf_addf(b, e, "\t%s\t%s", t->dataset_id, t->v->run)) ||
	    buf_add(b, "\n", 1, e))
		return (-1);
	return (copy_spool_row(to, e));
}

/* The first version of all: to the server at once, so that both sides have work. */
static int
version_stream_new(struct version_stream *t, enum intake_status status, struct err *e)
{
	struct version *v = t->v;

	t->s->acts[VERSION_NEW]++;
	v->reviews += status == INTAKE_REVIEW;
	if (v->nsamples < VERSION_SAMPLES)
		version_sample(v, field_rule_get(t->field)->identifier, "1", "new",
		    status == INTAKE_REVIEW ? "pending_review" : "active", NULL);
	if (v->plan)
		return (0);
	if (!t->copying &&
	    pg_copy_in(v->pg, "COPY rule_versions (" INTAKE_COLUMNS ") FROM STDIN", e))
		return (-1);
	t->copying = true;
	if (intake_version(v->in, v->tenant, t->effective, t->tail.p, &t->copy, e))
		return (-1);
	t->copied++;
	if (t->copy.len < COPY_SPOOL_BLOCK)
		return (0);
	if (pg_copy_put(v->pg, t->copy.p, t->copy.len, e))
		return (-1);
	t->copy.len = 0;
	return (0);
}

static int
version_stream_take(struct version_stream *t, const struct rule *r, struct err *e)
{
	struct version *v = t->v;
	enum intake_status status = INTAKE_ACTIVE;
	struct digest128 content;
	struct index_row row;
	uint64_t record, offset, note;
	char odd[300], place[400];
	bool implausible = rule_implausible(v->c, r, odd, sizeof(odd));

	stream_reader_place(t->r, &record, &offset);
	if (implausible)
		status = INTAKE_REVIEW;
	if (intake_digest(v->in, r, status, v->source, &content, e))
		return (-1);
	note = content.hi >> (64 - INDEX_NOTE_BITS);
	if (index_see(t->ix, digest_xxh128(r->identifier, strlen(r->identifier)), content, note,
		&row, e))
		return (-1);
	if (row.again && row.note == note) {
		t->s->duplicate++;
		return (0);
	}
	if (row.again) {
		fault_add(t->faults, "duplicate_key", "field_number", r->field, strlen(r->field),
		    "another record of this input has other figures for this field");
		return (version_stream_reject(t, r->field, e));
	}
	if (implausible) {
		(void)snprintf(place, sizeof(place), "%.200s: record %llu at byte %llu: rule '%s'",
		    t->s->source, (unsigned long long)record, (unsigned long long)offset,
		    r->identifier);
		version_take_odd(v, t->s, place, odd);
	}
	if (row.same) {
		t->s->acts[VERSION_SAME]++;
		return (0);
	}
	if (version_stream_digest(t, r, content, !(row.known & INDEX_SOURCE), e) ||
	    intake_make(v->in, r, status, e))
		return (-1);
	if (!(row.known & INDEX_ENTITY) && strcmp(t->effective, v->today) <= 0)
		return (version_stream_new(t, status, e));
	return (intake_add(v->in, v->nsections - 1, record, e));
}

static int
version_stream_row(struct version_stream *t, struct err *e)
{

	t->s->own.read++;
	progress_tick(t->s->own.read, t->copied, t->s->own.rejected, 0);
	fault_clear(t->faults);
	switch (field_rule_row(t->field, t->r, t->faults)) {
	case FIELD_RULE_BAD:
		return (version_stream_reject(t, NULL, e));
	case FIELD_RULE_NONE:
		t->s->own.skipped++;
		return (0);
	case FIELD_RULE_ONE:
	default:
		return (version_stream_take(t, field_rule_get(t->field), e));
	}
}

static int
version_stream_seal(struct version_stream *t, struct err *e)
{
	const struct book *books = stream_reader_books(t->r, &t->s->nupstream);
	struct reject_writer *rejects = t->rejects;

	if (t->s->nupstream == 0)
		return (
		    err_set(e, STATUS_DATA, "the stream has no book of the stage that wrote it"));
	t->s->upstream = ledger_books(books, t->s->nupstream);
	memcpy(t->s->own.source_sha256, t->s->upstream[t->s->nupstream - 1].source_sha256,
	    sizeof(t->s->own.source_sha256));
	t->rejects = NULL;
	return (reject_close(rejects, e));
}

static int
version_stream_events(struct version_stream *t, struct err *e)
{
	int rc = 0;

	while (rc == 0) {
		switch (stream_reader_next(t->r, e)) {
		case STREAM_HEADER:
			rc = version_stream_header(t, e);
			break;
		case STREAM_ROW:
			rc = version_stream_row(t, e);
			break;
		case STREAM_SEAL:
			rc = version_stream_seal(t, e);
			break;
		case STREAM_END:
			return (0);
		case STREAM_FAULT:
			rc = -1;
			break;
		}
	}
	return (-1);
}

/* After the last seal: the end of the COPY, and what the dataset has said now. */
static int
version_stream_end(struct version_stream *t, struct err *e)
{
	struct pg *pg = t->v->pg;
	const char *params[2] = { t->dataset_id, t->v->run };
	struct pg_result *r;
	uint64_t rows;

	if (t->copying) {
		t->copying = false;
		if (pg_copy_put(pg, t->copy.p, t->copy.len, e) || pg_copy_end(pg, &rows, e))
			return (-1);
		if (rows != t->copied)
			return (err_set(e, STATUS_BUG, "%llu rows were sent, and %llu came",
			    (unsigned long long)t->copied, (unsigned long long)rows));
	}
	if (t->v->plan)
		return (0);
	if (copy_spool_send(&t->fresh, pg,
		"COPY entity_sources (entity_key, digest, dataset_id, seen_run) FROM STDIN", e))
		return (-1);
	if (t->other.rows == 0)
		return (0);
	if (copy_spool_send(&t->other, pg, "COPY rule_digest FROM STDIN", e))
		return (-1);
	r = pg_query(pg,
	    "UPDATE entity_sources s SET digest = d.digest, seen_run = $2::uuid FROM rule_digest d"
	    " WHERE s.dataset_id = $1::integer AND s.entity_key = d.identifier",
	    params, 2, e);
	pg_result_free(r);
	return (r == NULL ? -1 : 0);
}

int
version_stream_take_all(struct version *v, struct err *e)
{
	struct version_stream t;
	int rc = -1;

	memset(&t, 0, sizeof(t));
	t.v = v;
	t.effective = v->o->effective ? v->o->effective : v->today;
	t.copy.max = t.tail.max = COPY_SPOOL_MAX;
	copy_spool_init(&t.fresh);
	copy_spool_init(&t.other);
	t.faults = fault_list_new();
	t.ix = index_new();
	if (buf_addf(&t.tail, e, "1\t%s\tfirst version\t%s", v->source, VERSION_WRITER) == 0 &&
	    buf_str(&t.tail, e) != NULL &&
	    (t.r = stream_reader_open(v->o->fd, v->o->name, "rrc:", e)) != NULL)
		rc = version_stream_events(&t, e);
	if (rc == 0 && v->nsections == 0)
		rc = err_set(e, STATUS_DATA, "'%s' holds no stream", v->o->name);
	if (rc == 0)
		rc = version_stream_end(&t, e);
	if (rc && t.copying)
		pg_copy_fail(v->pg, "the stream is broken");
	reject_abandon(t.rejects);
	field_rule_free(t.field);
	stream_reader_free(t.r);
	index_free(t.ix);
	fault_list_free(t.faults);
	copy_spool_free(&t.fresh);
	copy_spool_free(&t.other);
	buf_free(&t.copy);
	buf_free(&t.tail);
	return (rc);
}
