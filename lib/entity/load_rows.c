#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/progress.h"
#include "entity/load_state.h"
#include "ledger/ledger.h"

/*
 * COPY's binary form (PostgreSQL manual, COPY, "Binary Format"): a header of 19
 * bytes that comes with the first row, and for each row the number of fields (16
 * bits; -1 at the end) and each field's length (32 bits) and bytes.
 */
enum { BINARY_HEADER = 19, DIGEST_SIZE = 16 };

static uint64_t
load_rows_big_endian(const char *p, size_t n)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return (v);
}

/* The next field of a binary row: move ${p} and ${left} behind it. */
static int
load_rows_field(const char **p, size_t *left, const char **v, size_t *len)
{

	if (*left < 4 || (*len = (size_t)load_rows_big_endian(*p, 4)) > *left - 4)
		return (-1);
	*v = *p + 4;
	*p += 4 + *len;
	*left -= 4 + *len;
	return (0);
}

/* Read (entity_key) or (entity_key, digest) of all rows that ${sql} has. */
static int
load_rows_read(struct load *l, const char *sql, unsigned what, struct err *e)
{
	const char *p, *key, *v;
	size_t left, keylen, len;
	bool first = true;
	long k;

	if (pg_copy_out(l->pg, sql, e))
		return (-1);
	while ((k = pg_copy_get(l->pg, &p, e)) > 0) {
		struct digest128 content = { 0, 0 };
		uint64_t n;

		left = (size_t)k;
		if (first) {
			if (left < BINARY_HEADER)
				goto bad;
			p += BINARY_HEADER;
			left -= BINARY_HEADER;
			first = false;
			if (left == 0)
				continue;
		}
		if (left < 2)
			goto bad;
		n = load_rows_big_endian(p, 2);
		p += 2;
		left -= 2;
		if (n == UINT16_MAX)
			continue; /* the end, which pg_copy_get() sees by itself */
		if (load_rows_field(&p, &left, &key, &keylen))
			goto bad;
		if (what & INDEX_SOURCE) {
			if (load_rows_field(&p, &left, &v, &len) || len != DIGEST_SIZE)
				goto bad;
			content.hi = load_rows_big_endian(v, 8);
			content.lo = load_rows_big_endian(v + 8, 8);
		}
		if (index_know(l->ix, digest_xxh128(key, keylen), what, content, e))
			return (-1);
	}
	return (k < 0 ? -1 : 0);
bad:
	return (err_set(e, STATUS_BUG, "the server's binary COPY can't be read"));
}

int
load_rows_known(struct load *l, struct err *e)
{
	struct buf sql = BUF_INIT(4096);
	int rc = -1;

	if (l->dataset[0] != '\0') {
		if (buf_addf(&sql, e,
			"COPY (SELECT entity_key, digest FROM entity_sources"
			" WHERE dataset_id = %s) TO STDOUT (FORMAT binary)",
			l->dataset_id) ||
		    buf_str(&sql, e) == NULL || load_rows_read(l, sql.p, INDEX_SOURCE, e))
			goto done;
	}
	sql.len = 0;
	if (buf_addf(&sql, e,
		"COPY (SELECT entity_key FROM entities"
		" WHERE tenant_id = '%s' AND type_key = ",
		l->tenant) ||
	    load_merge_literal(&sql, l->type, e) ||
	    buf_adds(&sql, ") TO STDOUT (FORMAT binary)", e) || buf_str(&sql, e) == NULL)
		goto done;
	rc = load_rows_read(l, sql.p, INDEX_ENTITY, e);
done:
	buf_free(&sql);
	return (rc);
}

/* The first stream's columns are every stream's. */
static int
load_rows_columns(struct load *l, struct err *e)
{
	size_t i, n = stream_reader_ncolumns(l->r);

	if (l->p == NULL) {
		l->columns = xcalloc(n, sizeof(*l->columns));
		for (i = 0; i < n; i++)
			l->columns[i] = xstrdup(stream_reader_column(l->r, i));
		l->ncolumns = n;
		if ((l->p = properties_new(l->d, (const char *const *)l->columns, n, e)) == NULL)
			return (-1);
		l->name = properties_role(l->p, ROLE_NAME);
		l->field = properties_role(l->p, ROLE_FIELD);
		l->district = properties_role(l->p, ROLE_DISTRICT);
		return (0);
	}
	for (i = 0; i < n && i < l->ncolumns; i++)
		if (strcmp(l->columns[i], stream_reader_column(l->r, i)) != 0)
			break;
	if (i < n || i < l->ncolumns)
		return (err_set(e, STATUS_DATA,
		    "column %zu of stream %zu is not that of the first stream", i + 1,
		    l->nsections + 1));
	return (0);
}

/* What is the same in every row; the first stream's run is every stream's. */
static int
load_rows_constants(struct load *l, struct err *e)
{

	(void)strncpy(l->run, stream_reader_run(l->r), sizeof(l->run) - 1);
	if (buf_addf(&l->prefix, e, "%s\t", l->tenant) ||
	    pg_copy_text(&l->prefix, l->type, strlen(l->type), e) ||
	    buf_adds(&l->prefix, "\t", e) || buf_addf(&l->run_tail, e, "\t%s\n", l->run) ||
	    buf_addf(&l->source_tail, e, "\t%s\t%s\n", l->run, l->dataset_id))
		return (-1);
	return (0);
}

int
load_rows_header(struct load *l, struct err *e)
{
	struct load_section *s;

	if (load_rows_columns(l, e))
		return (-1);
	if (l->nsections == 0 && load_rows_constants(l, e))
		return (-1);
	if (l->nsections == l->capsections)
		l->sections = xgrow(l->sections, &l->capsections, sizeof(*l->sections));
	s = xcalloc(1, sizeof(*s));
	s->source = xstrdup(stream_reader_source(l->r));
	ledger_printable(s->source);
	book_init(&s->own, "entity-load");
	memcpy(s->own.config_sha256, l->d->sha256, sizeof(s->own.config_sha256));
	l->sections[l->nsections++] = s;
	l->rejects = reject_open_nth(l->o->rejects, l->nsections, "entity", s->source,
	    stream_reader_run(l->r), &s->own, e);
	return (l->rejects == NULL ? -1 : 0);
}

static int
load_rows_reject(struct load *l, struct err *e)
{
	uint64_t record, offset;
	size_t len;
	const char *raw = stream_reader_raw(l->r, &len);

	stream_reader_place(l->r, &record, &offset);
	return (reject_put(l->rejects, true, record, offset, l->faults, raw, len, e));
}

/* A value that may be missing, in COPY's text form. */
static int
load_rows_value(struct buf *b, const struct stream_field *f, int at, struct err *e)
{

	if (at < 0 || f[at].null)
		return (buf_add(b, "\\N", 2, e));
	return (pg_copy_text(b, f[at].p, f[at].len, e));
}

/* entity_key, name, field, district, properties. */
static int
load_rows_entity(struct load *l, struct buf *b, const struct stream_field *f, struct err *e)
{

	/* Without a name of its own an entity is called by its key. */
	if (pg_copy_text(b, f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len, e) ||
	    buf_add(b, "\t", 1, e) ||
	    load_rows_value(b, f, l->name >= 0 && !f[l->name].null ? l->name : PROPERTIES_KEY, e) ||
	    buf_add(b, "\t", 1, e) || load_rows_value(b, f, l->field, e) ||
	    buf_add(b, "\t", 1, e) || load_rows_value(b, f, l->district, e) ||
	    buf_add(b, "\t", 1, e))
		return (-1);
	return (properties_copy(l->p, f, b, e));
}

/* A digest as bytea in COPY's text form. */
static int
load_rows_digest(struct buf *b, struct digest128 d, struct err *e)
{
	unsigned char bytes[DIGEST_SIZE];
	char text[3 + 2 * DIGEST_SIZE] = "\\\\x";
	size_t i;

	for (i = 0; i < 8; i++) {
		bytes[i] = (unsigned char)(d.hi >> (56 - 8 * i));
		bytes[8 + i] = (unsigned char)(d.lo >> (56 - 8 * i));
	}
	num_hex(text + 3, bytes, sizeof(bytes));
	return (buf_add(b, text, sizeof(text), e));
}

static int
load_rows_source(struct load *l, const struct stream_field *f, struct digest128 content,
    struct err *e)
{
	struct buf *b = &l->fresh.b;

	if (pg_copy_text(b, f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len, e) ||
	    buf_add(b, "\t", 1, e) || load_rows_digest(b, content, e) ||
	    buf_add(b, l->source_tail.p, l->source_tail.len, e))
		return (-1);
	return (load_spool_row(&l->fresh, e));
}

/* A new entity goes to the server at once, so that both sides have work. */
static int
load_rows_insert(struct load *l, const struct stream_field *f, struct digest128 content,
    struct err *e)
{

	if (l->plan)
		return (0);
	if (!l->copying) {
		if (pg_copy_in(l->pg,
			"COPY entities (tenant_id, type_key, entity_key,"
			" name, field, district, properties, changed_run) FROM STDIN",
			e))
			return (-1);
		l->copying = true;
	}
	if (buf_add(&l->copy, l->prefix.p, l->prefix.len, e) ||
	    load_rows_entity(l, &l->copy, f, e) ||
	    buf_add(&l->copy, l->run_tail.p, l->run_tail.len, e))
		return (-1);
	l->copied++;
	if (l->copy.len >= LOAD_COPY_BLOCK) {
		if (pg_copy_put(l->pg, l->copy.p, l->copy.len, e))
			return (-1);
		l->copy.len = 0;
	}
	return (load_rows_source(l, f, content, e));
}

/* Everything else that has something new waits for the seal. */
static int
load_rows_change(struct load *l, const struct stream_field *f, struct digest128 content,
    enum index_verdict verdict, struct err *e)
{
	struct buf *b = &l->changed.b;
	const char *act = "\tu\n";

	if (verdict == INDEX_LOST) {
		act = "\ti\n";
		l->restored++;
	} else {
		l->merged++;
	}
	if (verdict == INDEX_UNSOURCED) {
		act = "\tn\n";
		l->unsourced++;
	}
	if (l->plan && (l->changed.rows >= LOAD_SAMPLES || verdict == INDEX_LOST))
		return (0);
	if (load_rows_entity(l, b, f, e) || buf_add(b, "\t", 1, e) ||
	    load_rows_digest(b, content, e) || buf_adds(b, act, e) ||
	    load_spool_row(&l->changed, e))
		return (-1);
	if (verdict == INDEX_UNSOURCED && !l->plan)
		return (load_rows_source(l, f, content, e));
	return (0);
}

int
load_rows_row(struct load *l, struct err *e)
{
	const struct stream_field *f = stream_reader_fields(l->r);
	struct load_section *s = l->sections[l->nsections - 1];
	enum index_verdict verdict;
	struct digest128 content;
	uint64_t record, offset, first;

	s->own.read++;
	progress_tick(s->own.read, s->inserted + s->updated, s->own.rejected, 0);
	fault_clear(l->faults);
	if (!properties_check_key(f, l->faults)) {
		(void)properties_check(l->p, f, l->faults);
		return (load_rows_reject(l, e));
	}
	stream_reader_place(l->r, &record, &offset);
	if (properties_digest(l->p, f, &content, e) ||
	    index_see(l->ix, digest_xxh128(f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len), content,
		record, &verdict, &first, e))
		return (-1);
	if (verdict == INDEX_SAME) {
		/* What was stored once had no fault: see properties_digest(). */
		s->unchanged++;
		return (0);
	}
	if (verdict == INDEX_AGAIN) {
		fault_add(l->faults, "duplicate_key", "entity_key", f[PROPERTIES_KEY].p,
		    f[PROPERTIES_KEY].len, "record %llu has the key of record %llu, which stays",
		    (unsigned long long)record, (unsigned long long)first);
		return (load_rows_reject(l, e));
	}
	if (!properties_check(l->p, f, l->faults)) {
		index_unsee(l->ix);
		return (load_rows_reject(l, e));
	}
	if (verdict == INDEX_NEW) {
		s->inserted++;
		return (load_rows_insert(l, f, content, e));
	}
	if (verdict == INDEX_LOST)
		s->inserted++;
	else
		s->updated++;
	return (load_rows_change(l, f, content, verdict, e));
}
