/* What becomes of one row of the input, set against what the database has. */

#include "entity/load_rows.h"

#include <stdlib.h>
#include <string.h>

#include "entity/load_known.h"
#include "entity/load_last.h"

/* The first stream: which dataset it is of, its columns, what the database has of it. */
static int
load_rows_first(struct load_rows *x, struct err *e)
{
	struct load_job *j = x->j;
	struct stream_reader *r = intake_reader(j->in);
	const char *partition;
	size_t i;

	memcpy(j->run, stream_reader_run(r), sizeof(j->run));
	if (load_dataset_open(j, x->d, e) ||
	    (!j->o->plan && ledger_section(j->pg, j->run, x->d->id, &j->sections, e)) ||
	    load_known(j, x->d, &x->asked, x->parts, e))
		return (-1);
	x->ncolumns = stream_reader_ncolumns(r);
	x->columns = xcalloc(x->ncolumns, sizeof(*x->columns));
	for (i = 0; i < x->ncolumns; i++)
		x->columns[i] = xstrdup(stream_reader_column(r, i));
	if ((j->p = properties_new(j->d, (const char *const *)x->columns, x->ncolumns, e)) == NULL)
		return (-1);
	partition = x->d->means.partition;
	if (partition != NULL && (x->retire->part = properties_find(j->p, partition)) < 0)
		return (err_set(e, STATUS_CONFIG, "'%s' has no column '%s', which is its partition",
		    x->d->name, partition));
	return (load_last_set(&x->last, j, x->d, j->p, e) || load_dataset_fields(j, x->d, e) ||
	    load_merge_begin(x->merge, x->retire->part, e));
}

/* The first stream's columns are every stream's. */
static int
load_rows_columns(const struct load_rows *x, struct err *e)
{
	const struct stream_reader *r = intake_reader(x->j->in);
	size_t i, n = stream_reader_ncolumns(r);

	for (i = 0; i < n && i < x->ncolumns; i++)
		if (strcmp(x->columns[i], stream_reader_column(r, i)) != 0)
			break;
	if (i == n && i == x->ncolumns)
		return (0);
	return (err_set(e, STATUS_DATA, "column %zu of stream %zu is not that of the first stream",
	    i + 1, intake_sections(x->j->in)));
}

/* Rows of another tenant look like this one's. */
static int
load_rows_tenant(const struct load_job *j, struct err *e)
{
	const struct stream_reader *r = intake_reader(j->in);
	const char *is = stream_reader_tenant(r);

	if (strcmp(is, j->tenant) == 0)
		return (0);
	if (is[0] == '\0') {
		(void)err_set(e, STATUS_DATA, "'%s' does not name the tenant whose rows it has",
		    stream_reader_source(r));
		return (err_hint(e,
		    "map it again with this version, or: aegis unseal FILE | aegis seal --kind %s"
		    " --tenant %s --dataset %s --source ...",
		    stream_reader_kind(r), j->tenant, stream_reader_dataset(r)));
	}
	(void)err_set(e, STATUS_DATA, "'%s' has rows of tenant %s, and --tenant is %s",
	    stream_reader_source(r), is, j->tenant);
	return (err_hint(e, "nothing was loaded"));
}

/* At a stream's header, check its tenant and columns, and fill in the section; the first header
 * also prepares the load. */
static int
load_rows_begin(void *load, struct intake_section *s, struct err *e)
{
	struct load_rows *x = load;
	size_t n = intake_sections(x->j->in);

	if (load_rows_tenant(x->j, e) || (n == 1 ? load_rows_first(x, e) : load_rows_columns(x, e)))
		return (-1);
	if (x->last.on && n > LOAD_SECTIONS)
		return (err_set(e, STATUS_DATA, "more than %d streams", LOAD_SECTIONS));
	memcpy(s->run, x->j->run, sizeof(s->run));
	memcpy(s->own.config_sha256, x->j->d->sha256, sizeof(s->own.config_sha256));
	memcpy(s->own.dataset, x->d->name, sizeof(s->own.dataset));
	s->replayed = x->d->name;
	return (0);
}

/* Set the row aside; its key says whose it is. */
static int
load_rows_reject(struct load_rows *x, const struct stream_field *f, struct err *e)
{
	const struct stream_field *key = &f[PROPERTIES_KEY];

	return (intake_reject(x->j->in, key->null || key->len == 0 ? NULL : key->p, key->len, e));
}

/* Another row with a key that the input had before. */
static int
load_rows_again(struct load_rows *x, const struct stream_field *f, struct digest128 content,
    uint64_t note, struct err *e)
{
	struct fault_list *faults = intake_faults(x->j->in);
	uint64_t record, offset, value;

	if (x->d->means.duplicates == DATASET_REJECT) {
		intake_place(x->j->in, &record, &offset);
		fault_add(faults, "duplicate_key", "entity_key", f[PROPERTIES_KEY].p,
		    f[PROPERTIES_KEY].len, "record %llu has the key of record %llu, which stays",
		    (unsigned long long)record, (unsigned long long)note);
		return (load_rows_reject(x, f, e));
	}
	value = x->last.on ? load_last_value(&x->last, f, content) : 0;
	if (x->last.on && load_last_counts(&x->last, note, value)) {
		if (!properties_check(x->j->p, f, faults))
			return (load_rows_reject(x, f, e));
		note = load_last_next(note, value);
		known_note(x->known, note);
		if (load_merge_change(x->merge, f, content, LOAD_UPDATE, false, note, e))
			return (-1);
	}
	intake_now(x->j->in)->counts.duplicate++;
	return (0);
}

/* A row that says something new, and is free of faults. */
static int
load_rows_new(struct load_rows *x, const struct stream_field *f, struct digest128 content,
    const struct known_row *row, uint64_t note, struct err *e)
{
	struct intake_section *s = intake_now(x->j->in);
	bool own = x->d->means.role == DATASET_OWN;
	bool revived = own && (row->known & KNOWN_RETIRED);
	enum load_act act = LOAD_UPDATE;

	if (x->last.on) /* which row counts is not known yet */
		return (load_merge_change(x->merge, f, content, act, false, note, e));
	if (!(row->known & KNOWN_THERE) && own) {
		s->counts.inserted++;
		if (!(row->known & KNOWN_SAID))
			return (load_merge_insert(x->merge, f, content, e));
		act = LOAD_INSERT;
	} else if (!(row->known & KNOWN_THERE)) {
		s->own.skipped++;
		act = LOAD_PENDING;
	} else {
		s->counts.revived += revived;
		s->counts.updated += !revived;
	}
	return (load_merge_change(x->merge, f, content, act, revived, note, e));
}

/* A key that can be one of the dataset's. */
static bool
load_rows_key(const struct load_rows *x, const struct stream_field *f, struct fault_list *faults)
{
	const struct stream_field *v = &f[PROPERTIES_KEY];
	size_t n = strlen(x->d->means.keys);

	if (!properties_check_key(f, faults))
		return (false);
	if (v->len > n && memcmp(v->p, x->d->means.keys, n) == 0)
		return (true);
	fault_add(faults, "bad_key", "entity_key", v->p, v->len, "the keys of '%s' begin with '%s'",
	    x->d->name, x->d->means.keys);
	return (false);
}

/* A row that is as the dataset said before, and whose entity is there.  True where nothing is left to do. */
static bool
load_rows_same(struct load_rows *x, const struct known_row *row, uint64_t note)
{
	bool own = x->d->means.role == DATASET_OWN;
	struct intake_section *s = intake_now(x->j->in);

	if (!row->same)
		return (false);
	/* What was stored once had no fault: see properties_digest(). */
	if ((row->known & KNOWN_THERE) && !(own && (row->known & KNOWN_RETIRED))) {
		if (x->last.on)
			known_note(x->known, note | load_last_note(0, 0, true));
		s->counts.unchanged++;
		return (true);
	}
	if (own || x->last.on || (row->known & KNOWN_THERE))
		return (false);
	s->own.skipped++;
	return (true);
}

/* Compare a row with what is known of its key, and count it, merge it or reject it. */
static int
load_rows_take(struct load_rows *x, const struct stream_field *f, struct digest128 key,
    struct digest128 content, struct err *e)
{
	struct intake *in = x->j->in;
	struct known_row row;
	uint64_t note, offset;

	if (x->last.on)
		note = load_last_note(intake_sections(in) - 1,
		    load_last_value(&x->last, f, content), false);
	else
		intake_place(in, &note, &offset);
	if (known_see(x->known, key, content, note, &row, e) ||
	    load_retire_part(x->retire, x->d, f, e))
		return (-1);
	if (row.again)
		return (load_rows_again(x, f, content, row.note, e));
	if (load_rows_same(x, &row, note))
		return (0);
	if (!properties_check(x->j->p, f, intake_faults(in))) {
		known_unsee(x->known);
		return (load_rows_reject(x, f, e));
	}
	return (load_rows_new(x, f, content, &row, note, e));
}

/* The row waits until what is known of its key is in memory again. */
static int
load_rows_defer(struct load_rows *x, struct digest128 key, struct digest128 content, struct err *e)
{

	x->packed.len = 0;
	return (buf_add(&x->packed, &key, sizeof(key), e) ||
	    buf_add(&x->packed, &content, sizeof(content), e) ||
	    intake_pack(x->j->in, &x->packed, e) ||
	    parts_defer(x->parts, key, x->packed.p, x->packed.len, e));
}

/* parts_fn: a row that has waited. */
static int
load_rows_waited(void *load, struct known *k, const char *row, size_t len, struct err *e)
{
	struct load_rows *x = load;
	struct digest128 is[2]; /* key and content */
	const struct stream_field *f;

	memcpy(is, row, sizeof(is));
	x->known = k;
	f = intake_unpack(x->j->in, row + sizeof(is), len - sizeof(is), e);
	return (f == NULL || load_rows_take(x, f, is[0], is[1], e));
}

/* Check a row, and take it, if what is known of its key is in memory. */
static int
load_rows_row(void *load, const struct stream_field *f, struct err *e)
{
	struct load_rows *x = load;
	struct fault_list *faults = intake_faults(x->j->in);
	struct digest128 key, content;

	if (!load_rows_key(x, f, faults)) {
		(void)properties_check(x->j->p, f, faults);
		return (load_rows_reject(x, f, e));
	}
	key = digest_xxh128(f[PROPERTIES_KEY].p, f[PROPERTIES_KEY].len);
	if (properties_digest(x->j->p, f, &content, e) || parts_of(x->parts, key, &x->known, e))
		return (-1);
	return (x->known != NULL ? load_rows_take(x, f, key, content, e) :
				   load_rows_defer(x, key, content, e));
}

/* The first stage of the pipe says which dataset this is, and it is this one; what has waited is taken. */
static int
load_rows_end(void *load, struct intake_section *s, struct err *e)
{
	struct load_rows *x = load;
	const char *name = s->upstream[0].dataset;

	if (ledger_said(name) && strcmp(x->d->name, name) != 0)
		return (err_set(e, STATUS_CONFIG,
		    "this is a load of the dataset '%s', and the stream is of '%s'", x->d->name,
		    name));
	if (parts_replay(x->parts, load_rows_waited, x, e))
		return (-1);
	(void)intake_unpack(x->j->in, NULL, 0, e);
	return (0);
}

const struct intake_steps load_rows_steps = { load_rows_begin, load_rows_row, load_rows_end };

void
load_rows_free(struct load_rows *x)
{
	size_t i;

	for (i = 0; i < x->ncolumns; i++)
		free(x->columns[i]);
	free(x->columns);
	buf_free(&x->asked);
	buf_free(&x->packed);
}
