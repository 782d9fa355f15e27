/* What loads have changed, for whoever asks. */

#include "entity/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/notice.h"
#include "base/os.h"
#include "base/screen.h"
#include "entity/matrix.h"
#include "stream/csv.h"
#include "stream/writer.h"
#include "table/copy_text.h"

enum {
	CHANGES_AT,
	CHANGES_TYPE,
	CHANGES_KEY,
	CHANGES_NAME,
	CHANGES_KIND,
	CHANGES_FIELD,
	CHANGES_BEFORE,
	CHANGES_AFTER,
	CHANGES_DATASET,
	CHANGES_SOURCE,
	CHANGES_SHA256,
	CHANGES_RECORD,
	CHANGES_OFFSET,
	CHANGES_RUN,
	CHANGES_N,
	CHANGES_BLOCK = 64 << 10, /* bytes that are written at a time */
};

static const char *const changes_names[CHANGES_N] = { "changed_at", "type", "entity_key", "name",
	"change", "field", "before", "after", "dataset", "source", "source_sha256", "record",
	"byte_offset", "run" };

/* Where they go. */
struct changes {
	const struct changes_options *o;
	int fd;
	const char *name;
	struct buf out; /* of text, CSV and JSON */
	struct json_writer *json;
	struct stream_writer *stream;
	struct buf last, entity; /* the load and the entity that the row before was of */
	uint64_t n;
};

/* The entities that operators own: themselves, what is linked to them, and what is linked to that
 * (a severance of their lease). */
static const char changes_own[] =
    "WITH link AS (SELECT l.child_key, l.parent_key FROM entity_links l JOIN entity_relationship_rules r"
    " USING (rule_id) WHERE r.tenant_id = %L), near AS (SELECT unnest(%L::text[]) AS key UNION"
    " SELECT child_key FROM link WHERE parent_key = ANY (%L::text[])), own AS (SELECT key FROM near UNION"
    " SELECT l.child_key FROM link l JOIN near n ON n.key = l.parent_key) ";

static const char changes_what[] =
    "SELECT to_char(c.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), c.type_key,"
    " c.entity_key, e.name, c.kind, f.key, f.value ->> 0, f.value ->> 1, d.dataset, s.source,"
    " s.source_sha256, c.record, c.byte_offset, c.run_id FROM batch_changes c"
    " LEFT JOIN batch_datasets d USING (dataset_id) LEFT JOIN batch_sources s ON s.run_id = c.run_id"
    " AND s.dataset_id = c.dataset_id AND s.section = coalesce(c.section, 0)"
    " LEFT JOIN LATERAL (SELECT x.name, x.properties FROM entities x WHERE x.tenant_id = c.tenant_id"
    " AND x.type_key = c.type_key AND x.entity_key = c.entity_key) e ON true"
    " LEFT JOIN LATERAL jsonb_each(c.fields) f ON true WHERE c.tenant_id = %L";

/* A condition of the options, where it is given. */
static int
changes_where(struct pg *pg, struct buf *b, const char *cond, const char *v, struct err *e)
{

	return (v != NULL && pg_sqlf(pg, b, e, cond, v));
}

/* One operator as text[], by its key or its number. */
static int
changes_operator(const char *given, struct buf *list, struct err *e)
{
	struct buf key = BUF_INIT(1 << 16);
	int rc;

	rc = (strchr(given, ':') == NULL && buf_adds(&key, "operator:", e)) ||
	    buf_adds(&key, given, e) || buf_str(&key, e) == NULL ||
	    pg_array(list, (const char *const[]){ key.p }, 1, e);
	buf_free(&key);
	return (rc);
}

/* The operators that are asked for as text[], or nothing: about anybody. */
static int
changes_operators(const struct changes_options *o, struct buf *list, struct err *e)
{
	struct matrix *m;
	int rc = 0;

	if (o->all)
		return (0);
	if (o->operator_key != NULL)
		return (changes_operator(o->operator_key, list, e));
	if ((m = matrix_load(o->matrix, o->tenant, "operator", e)) == NULL)
		return (-1);
	if (m->noperators == 0)
		notice_say(
		    "no operators of tenant %s are configured: the changes are about anybody",
		    o->tenant);
	else
		rc = pg_array(list, (const char *const *)m->operators, m->noperators, e);
	matrix_free(m);
	return (rc);
}

/* Whether the server can read the instant. */
static int
changes_time(struct pg *pg, const char *since, struct err *e)
{
	struct err why = ERR_INIT;
	char *read = NULL;

	if (since == NULL || pg_textf(pg, &read, &why, "SELECT %L::timestamptz", since) == 0) {
		free(read);
		return (0);
	}
	if (why.status == STATUS_DATA)
		return (err_set(e, STATUS_USAGE, "--since takes an instant, not '%.100s'", since));
	*e = why;
	return (-1);
}

/* The COPY that answers. */
static int
changes_sql(struct pg *pg, const struct changes_options *o, struct buf *sql, struct err *e)
{
	struct buf list = BUF_INIT(1 << 20);
	int rc = changes_operators(o, &list, e);

	rc = rc || buf_adds(sql, "COPY (", e) ||
	    (list.len > 0 && pg_sqlf(pg, sql, e, changes_own, o->tenant, list.p, list.p)) ||
	    pg_sqlf(pg, sql, e, changes_what, o->tenant) ||
	    /* Whoever had it before is concerned as well. */
	    (list.len > 0 &&
		pg_sqlf(pg, sql, e,
		    " AND (c.entity_key IN (SELECT key FROM own) OR EXISTS (SELECT FROM jsonb_each(c.fields) x"
		    " WHERE x.value ->> 0 = ANY (%L::text[]) OR x.value ->> 1 = ANY (%L::text[]))"
		    /* Who is retired has no links any more. */
		    " OR c.kind = 'retired' AND EXISTS (SELECT FROM jsonb_each_text(e.properties) x"
		    " WHERE x.value IN (SELECT key FROM own)))",
		    list.p, list.p)) ||
	    (!o->definitions && buf_adds(sql, " AND NOT c.redefined", e)) ||
	    changes_where(pg, sql, " AND starts_with(c.run_id::text, lower(%L))", o->run, e) ||
	    changes_where(pg, sql, " AND c.changed_at >= %L::timestamptz", o->since, e) ||
	    changes_where(pg, sql, " AND c.type_key = %L", o->type, e) ||
	    changes_where(pg, sql, " AND f.key = %L", o->field, e) ||
	    buf_adds(sql,
		" ORDER BY c.changed_at, c.run_id, d.dataset, c.type_key, c.entity_key, c.change_id,"
		" f.key) TO STDOUT",
		e) ||
	    buf_str(sql, e) == NULL;
	buf_free(&list);
	return (rc);
}

/* Whether ${b} holds something else than these fields; then it holds them. */
static bool
changes_other(struct buf *b, const struct stream_field *f, const unsigned char *which, size_t n)
{
	struct buf now = BUF_INIT(1 << 20);
	struct err why = ERR_INIT;
	bool other;
	size_t i;

	for (i = 0; i < n; i++)
		(void)(buf_add(&now, f[which[i]].p, f[which[i]].null ? 0 : f[which[i]].len, &why) ||
		    buf_add(&now, "\n", 1, &why));
	other = b->len != now.len || memcmp(b->p, now.p, now.len) != 0;
	buf_free(b);
	*b = now;
	return (other);
}

/* A value for people. */
static int
changes_value(struct buf *b, const struct stream_field *f, struct err *e)
{

	return (f->null ? buf_adds(b, "(none)", e) : screen_quote(b, f->p, f->len, e));
}

/* Two blanks and a value, where there is one. */
static int
changes_word(struct buf *b, const struct stream_field *f, struct err *e)
{

	return (f->null ? 0 : buf_adds(b, "  ", e) || screen_quote(b, f->p, f->len, e));
}

/* The line of a load: when, of what, by which run. */
static int
changes_load(struct buf *b, const struct stream_field *f, struct err *e)
{
	const struct stream_field *at = &f[CHANGES_AT];

	return ((b->len > 0 && buf_adds(b, "\n", e)) || buf_add(b, at->p, 10, e) ||
	    buf_adds(b, " ", e) || buf_add(b, at->p + 11, 8, e) || buf_adds(b, " UTC", e) ||
	    changes_word(b, &f[CHANGES_DATASET], e) || buf_adds(b, "  run", e) ||
	    buf_adds(b, " ", e) || buf_add(b, f[CHANGES_RUN].p, 8, e) || buf_adds(b, "\n", e));
}

/* The line of an entity: its key, its name, what happened. */
static int
changes_entity(struct buf *b, const struct stream_field *f, struct err *e)
{
	const struct stream_field *key = &f[CHANGES_KEY], *name = &f[CHANGES_NAME];
	bool called =
	    !name->null && (name->len != key->len || memcmp(name->p, key->p, key->len) != 0);

	return (changes_word(b, key, e) || (called && changes_word(b, name, e)) ||
	    changes_word(b, &f[CHANGES_KIND], e) || buf_adds(b, "\n", e));
}

/* One row for people: below its load and its entity. */
static int
changes_text(struct changes *c, const struct stream_field *f, bool load, bool entity, struct err *e)
{
	static const char inserted[] = "inserted";
	struct buf *b = &c->out;

	if ((load && changes_load(b, f, e)) || (entity && changes_entity(b, f, e)))
		return (-1);
	if (f[CHANGES_FIELD].null)
		return (0);
	return (buf_adds(b, "    ", e) || changes_word(b, &f[CHANGES_FIELD], e) ||
	    buf_adds(b, ": ", e) ||
	    (f[CHANGES_KIND].len != sizeof(inserted) - 1 ||
			memcmp(f[CHANGES_KIND].p, inserted, sizeof(inserted) - 1) != 0 ?
		    changes_value(b, &f[CHANGES_BEFORE], e) || buf_adds(b, " -> ", e) :
		    0) ||
	    changes_value(b, &f[CHANGES_AFTER], e) || buf_adds(b, "\n", e));
}

/* One row as CSV: NULL is an empty field, an empty text "". */
static int
changes_csv(struct changes *c, const struct stream_field *f, struct err *e)
{
	size_t i;

	for (i = 0; i < CHANGES_N; i++)
		if ((i > 0 && buf_adds(&c->out, ",", e)) ||
		    (!f[i].null && csv_quote(f[i].p, f[i].len, &c->out, e)))
			return (-1);
	return (buf_adds(&c->out, "\n", e));
}

/* One row as an object of the array. */
static int
changes_json(struct changes *c, const struct stream_field *f)
{
	size_t i;

	json_put_object(c->json);
	for (i = 0; i < CHANGES_N; i++) {
		json_put_key(c->json, changes_names[i]);
		if (f[i].null)
			json_put_null(c->json);
		else if (i == CHANGES_RECORD || i == CHANGES_OFFSET)
			json_put_number(c->json, f[i].p, f[i].len);
		else
			json_put_text(c->json, f[i].p, f[i].len);
	}
	json_put_close(c->json);
	return (0);
}

/* One row of a stream. */
static int
changes_stream(struct changes *c, const struct stream_field *f, struct err *e)
{

	stream_writer_fields(c->stream, f, CHANGES_N);
	return (stream_writer_end_row(c->stream, e));
}

/* Write what has come together, where that is a block or the end. */
static int
changes_flush(struct changes *c, bool end, struct err *e)
{

	if (c->out.len == 0 || (!end && c->out.len < CHANGES_BLOCK))
		return (0);
	if (io_write_all(c->fd, c->out.p, c->out.len, c->name, e))
		return (-1);
	c->out.len = 0;
	return (0);
}

/* One line of the answer. */
static int
changes_row(struct changes *c, const struct stream_field *f, struct err *e)
{
	static const unsigned char of_load[] = { CHANGES_AT, CHANGES_RUN, CHANGES_DATASET },
				   of_entity[] = { CHANGES_TYPE, CHANGES_KEY, CHANGES_KIND };
	bool load = changes_other(&c->last, f, of_load, sizeof(of_load));
	bool entity = changes_other(&c->entity, f, of_entity, sizeof(of_entity)) || load;
	int rc;

	c->n += entity;
	rc = c->stream != NULL   ? changes_stream(c, f, e) :
	    c->json != NULL      ? changes_json(c, f) :
	    c->o->form[0] == 'c' ? changes_csv(c, f, e) :
				   changes_text(c, f, load, entity, e);
	return (rc || changes_flush(c, false, e));
}

/* What stands before the first row. */
static int
changes_begin(struct changes *c, struct err *e)
{
	struct buf kind = BUF_INIT(256);
	char run[37];
	struct stream_header h = { NULL, "batch_changes", run, NULL, c->o->tenant };
	size_t i;
	int rc = 0;

	switch (c->o->form[0]) {
	case 's':
		os_uuid(run);
		rc = buf_addf(&kind, e, "changes:%s", c->o->tenant) ||
		    (h.kind = buf_str(&kind, e)) == NULL ||
		    (c->stream = stream_writer_open(c->fd, c->name, &h, changes_names, CHANGES_N,
			 e)) == NULL;
		break;
	case 'j':
		c->json = json_writer_new(&c->out);
		json_put_array(c->json);
		break;
	case 'c':
		for (i = 0; rc == 0 && i < CHANGES_N; i++)
			rc = buf_addf(&c->out, e, "%s%s", i > 0 ? "," : "", changes_names[i]);
		rc = rc || buf_adds(&c->out, "\n", e);
		break;
	default:
		break;
	}
	buf_free(&kind);
	return (rc);
}

/* What stands behind the last one. */
static int
changes_end(struct changes *c, struct err *e)
{
	struct book own;

	if (c->stream != NULL) {
		book_init(&own, "changes");
		own.read = own.used = own.rows = stream_writer_rows(c->stream);
		return (stream_writer_seal(c->stream, NULL, 0, &own, e));
	}
	if (c->json != NULL) {
		json_put_close(c->json);
		if (json_writer_end(c->json, e) || buf_adds(&c->out, "\n", e))
			return (-1);
	}
	if (c->o->form[0] == 't' && c->n == 0 && buf_adds(&c->out, "nothing has changed\n", e))
		return (-1);
	return (changes_flush(c, true, e));
}

int
changes_write(struct pg *pg, const struct changes_options *o, int fd, const char *name, uint64_t *n,
    struct err *e)
{
	struct changes c = { o, fd, name, BUF_INIT(1 << 30), NULL, NULL, BUF_INIT(1 << 20),
		BUF_INIT(1 << 20), 0 };
	struct buf sql = BUF_INIT(4 << 20), line = BUF_INIT(1 << 30);
	struct stream_field f[CHANGES_N];
	const char *p;
	long k = 0;
	int rc;

	rc = changes_time(pg, o->since, e) || changes_sql(pg, o, &sql, e) ||
	    pg_copy_out(pg, sql.p, e) || changes_begin(&c, e);
	while (rc == 0 && (k = pg_copy_get(pg, &p, e)) > 0)
		rc = copy_text_fields(&line, p, (size_t)k - 1, f, CHANGES_N, e) ||
		    changes_row(&c, f, e);
	rc = rc || k < 0 || changes_end(&c, e);
	*n = c.n;
	stream_writer_free(c.stream);
	json_writer_free(c.json);
	buf_free(&c.out);
	buf_free(&c.last);
	buf_free(&c.entity);
	buf_free(&sql);
	buf_free(&line);
	return (rc);
}
