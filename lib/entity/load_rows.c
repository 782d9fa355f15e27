#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/progress.h"
#include "entity/load_state.h"

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
		l->part = -1;
		if (l->means.partition != NULL &&
		    (l->part = properties_find(l->p, l->means.partition)) < 0)
			return (err_set(e, STATUS_CONFIG,
			    "'%s' has no column '%s', which is its partition", l->dataset,
			    l->means.partition));
		return (load_dataset_fields(l, e));
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

/* Rows of another tenant look like this one's. */
static int
load_rows_tenant(const struct load *l, struct err *e)
{
	const char *is = stream_reader_tenant(l->r);

	if (strcmp(is, l->tenant) == 0)
		return (0);
	if (is[0] == '\0') {
		(void)err_set(e, STATUS_DATA, "'%s' does not name the tenant whose rows it has",
		    stream_reader_source(l->r));
		return (err_hint(e,
		    "map it again with this version, or: aegis unseal FILE | aegis seal --kind %s"
		    " --tenant %s --dataset %s --source ...",
		    stream_reader_kind(l->r), l->tenant, stream_reader_dataset(l->r)));
	}
	(void)err_set(e, STATUS_DATA, "'%s' has rows of tenant %s, and --tenant is %s",
	    stream_reader_source(l->r), is, l->tenant);
	return (err_hint(e, "nothing was loaded"));
}

int
load_rows_header(struct load *l, struct err *e)
{
	struct stream_header of = { "entity", NULL, stream_reader_run(l->r), NULL, l->tenant };
	struct load_section *s;
	const char *line;
	size_t len;

	if (load_rows_tenant(l, e))
		return (-1);
	if (l->nsections == 0 && (load_dataset(l, e) || load_known(l, e)))
		return (-1);
	if (load_rows_columns(l, e) || (l->nsections == 0 && load_rows_constants(l, e)))
		return (-1);
	if (l->means.duplicates == DATASET_LAST && l->nsections == LOAD_SECTIONS)
		return (err_set(e, STATUS_DATA, "more than %d streams", LOAD_SECTIONS));
	if (l->nsections == l->capsections)
		l->sections = xgrow(l->sections, &l->capsections, sizeof(*l->sections));
	s = xcalloc(1, sizeof(*s));
	s->source = xstrdup(stream_reader_source(l->r));
	ledger_printable(s->source);
	book_init(&s->own, "entity-load");
	memcpy(s->own.config_sha256, l->d->sha256, sizeof(s->own.config_sha256));
	l->sections[l->nsections++] = s;
	of.source = s->source;
	l->rejects = reject_open_nth(l->o->rejects, l->nsections, &of, &s->own, e);
	if (l->rejects == NULL)
		return (-1);
	line = stream_reader_raw(l->r, &len);
	reject_form(l->rejects, stream_reader_kind(l->r), l->dataset, line, len);
	return (0);
}

static int
load_rows_reject(struct load *l, struct err *e)
{
	const struct stream_field *key = &stream_reader_fields(l->r)[PROPERTIES_KEY];
	const struct book *own = &l->sections[l->nsections - 1]->own;
	struct reject_at at = { 0, 0, key->null ? NULL : key->p, key->len };
	size_t len;
	const char *raw = stream_reader_raw(l->r, &len);

	if (at.keylen == 0)
		at.key = NULL;
	stream_reader_place(l->r, &at.record, &at.offset);
	if (reject_put(l->rejects, true, &at, l->faults, raw, len, e))
		return (-1);
	return (ledger_hopeless("entity-load", &l->o->max_rejects, own->rejected, own->read,
	    reject_name(l->rejects), e));
}

/* A value that may be missing, in COPY's text form. */
static int
load_rows_value(struct buf *b, const struct stream_field *f, int at, struct err *e)
{

	if (at < 0 || f[at].null)
		return (buf_add(b, "\\N", 2, e));
	return (pg_copy_text(b, f[at].p, f[at].len, e));
}

/* The first field with ${role} that has a value fills its column of entities. */
static int
load_rows_role(struct load *l, struct buf *b, const struct stream_field *f, enum field_role role,
    int fallback, struct err *e)
{
	int at = properties_role(l->p, role, -1);

	while (at >= 0 && f[at].null)
		at = properties_role(l->p, role, at);
	if (load_rows_value(b, f, at >= 0 ? at : fallback, e))
		return (-1);
	return (buf_add(b, "\t", 1, e));
}

/* entity_key, name, field, district, properties. */
static int
load_rows_entity(struct load *l, struct buf *b, const struct stream_field *f, struct err *e)
{

	/* Without a name of its own an entity is called by its key. */
	if (pg_copy_text(b, f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len, e) ||
	    buf_add(b, "\t", 1, e) || load_rows_role(l, b, f, ROLE_NAME, PROPERTIES_KEY, e) ||
	    load_rows_role(l, b, f, ROLE_FIELD, -1, e) ||
	    load_rows_role(l, b, f, ROLE_DISTRICT, -1, e))
		return (-1);
	return (properties_copy(l->p, f, b, e));
}

/* A digest as bytea in COPY's text form, and the partition. */
static int
load_rows_digest(struct load *l, struct buf *b, const struct stream_field *f, struct digest128 d,
    struct err *e)
{
	unsigned char bytes[DIGEST128_SIZE];
	char text[3 + 2 * DIGEST128_SIZE] = "\\\\x";

	digest128_write(d, bytes);
	num_hex(text + 3, bytes, sizeof(bytes));
	if (buf_add(b, "\t", 1, e) || buf_add(b, text, sizeof(text), e) || buf_add(b, "\t", 1, e))
		return (-1);
	return (load_rows_value(b, f, l->part, e));
}

/* A new entity goes to the server at once, so that both sides have work. */
static int
load_rows_insert(struct load *l, const struct stream_field *f, struct digest128 content,
    struct err *e)
{
	struct buf *b = &l->fresh.b;

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
	if (l->copy.len >= COPY_SPOOL_BLOCK) {
		if (pg_copy_put(l->pg, l->copy.p, l->copy.len, e))
			return (-1);
		l->copy.len = 0;
	}
	if (pg_copy_text(b, f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len, e) ||
	    load_rows_digest(l, b, f, content, e) ||
	    buf_add(b, l->source_tail.p, l->source_tail.len, e))
		return (-1);
	return (copy_spool_row(&l->fresh, e));
}

/*
 * Everything else that has something new waits for the seal: key, properties, digest,
 * part, act, revived, record, section, same (see load_merge_table()).
 */
static int
load_rows_change(struct load *l, const struct stream_field *f, struct digest128 content,
    enum load_act act, bool revived, uint64_t note, struct err *e)
{
	struct buf *b = &l->changed.b;
	size_t section = 0;
	bool same = false;

	if (l->means.duplicates == DATASET_LAST)
		load_last_first(note, &section, &same);
	if (pg_copy_text(b, f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len, e) ||
	    buf_add(b, "\t", 1, e) || properties_copy(l->p, f, b, e) ||
	    load_rows_digest(l, b, f, content, e) ||
	    buf_addf(b, e, "\t%c\t%c\t%llu\t%zu\t%c\n", (int)act, revived ? 't' : 'f',
		(unsigned long long)l->changed.rows, section, same ? 't' : 'f'))
		return (-1);
	return (copy_spool_row(&l->changed, e));
}

/* Another row with a key that the input had before. */
static int
load_rows_again(struct load *l, const struct stream_field *f, struct digest128 content,
    uint64_t note, struct err *e)
{
	struct load_section *s = l->sections[l->nsections - 1];
	uint64_t record, offset;

	if (l->means.duplicates == DATASET_REJECT) {
		stream_reader_place(l->r, &record, &offset);
		fault_add(l->faults, "duplicate_key", "entity_key", f[PROPERTIES_KEY].p,
		    f[PROPERTIES_KEY].len, "record %llu has the key of record %llu, which stays",
		    (unsigned long long)record, (unsigned long long)note);
		return (load_rows_reject(l, e));
	}
	if (l->means.duplicates == DATASET_LAST && !load_last_is(note, content)) {
		if (!properties_check(l->p, f, l->faults))
			return (load_rows_reject(l, e));
		note = load_last_next(note, content);
		index_note(l->ix, note);
		if (load_rows_change(l, f, content, LOAD_UPDATE, false, note, e))
			return (-1);
	}
	s->counts.duplicate++;
	return (0);
}

/* A row that says something new, and is free of faults. */
static int
load_rows_new(struct load *l, const struct stream_field *f, struct digest128 content,
    const struct index_row *row, uint64_t note, struct err *e)
{
	struct load_section *s = l->sections[l->nsections - 1];
	bool own = l->means.role == DATASET_OWN;
	bool revived = own && (row->known & INDEX_RETIRED);
	enum load_act act = LOAD_UPDATE;

	if (l->means.duplicates == DATASET_LAST) /* the last row is not known yet */
		return (load_rows_change(l, f, content, act, false, note, e));
	if (!(row->known & INDEX_ENTITY) && own) {
		s->counts.inserted++;
		if (!(row->known & INDEX_SOURCE))
			return (load_rows_insert(l, f, content, e));
		act = LOAD_INSERT;
		l->restored++;
	} else if (!(row->known & INDEX_ENTITY)) {
		s->own.skipped++;
		act = LOAD_PENDING;
		l->pending++;
	} else {
		s->counts.revived += revived;
		s->counts.updated += !revived;
		l->merged++;
	}
	if (l->plan && (l->changed.rows >= LOAD_SAMPLES || act != LOAD_UPDATE))
		return (0);
	return (load_rows_change(l, f, content, act, revived, note, e));
}

/* A key that can be one of the dataset's. */
static bool
load_rows_key(const struct load *l, const struct stream_field *f, struct fault_list *faults)
{
	const struct stream_field *v = &f[PROPERTIES_KEY];
	size_t n = strlen(l->means.keys);

	if (!properties_check_key(f, faults))
		return (false);
	if (v->len > n && memcmp(v->p, l->means.keys, n) == 0)
		return (true);
	fault_add(faults, "bad_key", "entity_key", v->p, v->len, "the keys of '%s' begin with '%s'",
	    l->dataset, l->means.keys);
	return (false);
}

int
load_rows_row(struct load *l, struct err *e)
{
	const struct stream_field *f = stream_reader_fields(l->r);
	struct load_section *s = l->sections[l->nsections - 1];
	bool own = l->means.role == DATASET_OWN, last = l->means.duplicates == DATASET_LAST;
	struct digest128 content;
	struct index_row row;
	uint64_t record, offset, note;

	s->own.read++;
	progress_tick(s->own.read, s->counts.inserted + s->counts.updated, s->own.rejected, 0);
	fault_clear(l->faults);
	if (!load_rows_key(l, f, l->faults)) {
		(void)properties_check(l->p, f, l->faults);
		return (load_rows_reject(l, e));
	}
	stream_reader_place(l->r, &record, &offset);
	if (properties_digest(l->p, f, &content, e))
		return (-1);
	note = last ? load_last_note(l, content, false) : record;
	if (index_see(l->ix, digest_xxh128(f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len), content,
		note, &row, e))
		return (-1);
	if (load_retire_part(l, f, e))
		return (-1);
	if (row.again)
		return (load_rows_again(l, f, content, row.note, e));
	if (row.same) {
		/* What was stored once had no fault: see properties_digest(). */
		if ((row.known & INDEX_ENTITY) && !(own && (row.known & INDEX_RETIRED))) {
			if (last)
				index_note(l->ix, load_last_note(l, content, true));
			s->counts.unchanged++;
			return (0);
		}
		if (!own && !last && !(row.known & INDEX_ENTITY)) {
			s->own.skipped++;
			return (0);
		}
	}
	if (!properties_check(l->p, f, l->faults)) {
		index_unsee(l->ix);
		return (load_rows_reject(l, e));
	}
	return (load_rows_new(l, f, content, &row, note, e));
}
