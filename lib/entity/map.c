/* entity-map: records become entities. */

#include "entity/map.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/progress.h"
#include "stream/book.h"
#include "stream/reader.h"
#include "stream/reject.h"
#include "stream/writer.h"

/* Bytes of a key: 255 characters of at most four, and what shows it is too long. */
enum { MAP_KEY_SIZE = CHECK_KEY_MAX * 4 + 256 };

struct map_value {
	struct check_result r;
	bool null;
};

struct map_run {
	const struct map_options *o;
	struct map_totals *totals;
	struct stream_reader *in;
	struct fault_list *faults;

	/* The stream at hand; out is NULL between two. */
	struct map_plan *plan;
	struct map_value *values; /* one for each cell of the plan */
	struct stream_writer *out;
	struct reject_writer *rejects;
	struct book own;
	struct book upstream[STREAM_BOOKS_MAX];
	size_t nupstream;
	bool sealed; /* the input's seal has been read */
	char *shape; /* dataset and columns, to say things once */
	char key[MAP_KEY_SIZE];
	size_t key_len;
	bool key_plain;
	bool keyed; /* the present row's key could be made */
};

/* Dataset and columns in one text; the same shape has the same plan. */
static char *
map_shape(const struct stream_reader *in)
{
	struct buf b = BUF_INIT(SIZE_MAX / 2);
	char *s = NULL;
	size_t i;

	if (buf_adds(&b, stream_reader_kind(in), NULL) == 0)
		s = buf_str(&b, NULL);
	for (i = 0; s != NULL && i < stream_reader_ncolumns(in); i++)
		s = buf_add(&b, "\n", 1, NULL) || buf_adds(&b, stream_reader_column(in, i), NULL) ?
		    NULL :
		    buf_str(&b, NULL);
	return (s != NULL ? s : xstrdup(""));
}

/* Does the column of the stream feed a field that may be a person's? */
static bool
map_person(const void *cookie, const char *column)
{
	const struct map_run *m = cookie;
	size_t i;

	for (i = 0; i < m->plan->n; i++)
		if (m->plan->cells[i].field->person != NULL &&
		    strcmp(stream_reader_column(m->in, m->plan->cells[i].column), column) == 0)
			return (true);
	return (false);
}

/* Make the plan for this dataset and these columns; keep the last one if both are the same,
 * without repeating its notices. */
static int
map_make_plan(struct map_run *m, struct err *e)
{
	size_t i, n = stream_reader_ncolumns(m->in);
	char *shape = map_shape(m->in);
	const char **columns;

	if (m->plan != NULL && strcmp(shape, m->shape) == 0) {
		free(shape);
		return (0);
	}
	free(m->shape);
	m->shape = shape;
	map_plan_free(m->plan);
	columns = xcalloc(n, sizeof(*columns));
	for (i = 0; i < n; i++)
		columns[i] = stream_reader_column(m->in, i);
	m->plan =
	    map_plan_new(m->o->def, m->own.dataset, columns, n, m->o->notice, m->o->cookie, e);
	free(columns);
	if (m->plan == NULL)
		return (-1);
	fault_list_persons(m->faults, map_person, m, definition_person_key(m->o->def));
	free(m->values);
	m->values = xcalloc(m->plan->n, sizeof(*m->values));
	return (0);
}

/* Open the output stream with _record, _offset and entity_key, then one column for each cell of
 * the plan. */
static int
map_open_out(struct map_run *m, struct err *e)
{
	const struct map_plan *p = m->plan;
	struct stream_header h;
	const char **columns;
	char kind[80];
	size_t i;

	(void)snprintf(kind, sizeof(kind), "entity:%s", m->o->def->type);
	h.kind = kind;
	h.source = stream_reader_source(m->in);
	h.run = stream_reader_run(m->in);
	h.dataset = m->own.dataset;
	h.tenant = m->o->def->tenant;
	columns = xcalloc(p->n + 3, sizeof(*columns));
	columns[0] = "_record";
	columns[1] = "_offset";
	columns[2] = "entity_key";
	for (i = 0; i < p->n; i++)
		columns[3 + i] = p->cells[i].field->key;
	m->out = stream_writer_open(m->o->out, m->o->out_name, &h, columns, p->n + 3, e);
	free(columns);
	return (m->out == NULL);
}

/* Open this stream's reject file, and note the input's kind and columns so that rejected rows can
 * be fed again. */
static int
map_open_rejects(struct map_run *m, struct err *e)
{

	const struct stream_header of = { "entity", stream_reader_source(m->in),
		stream_reader_run(m->in), NULL, m->o->def->tenant };
	const char *line;
	size_t len;

	m->rejects = reject_open_nth(m->o->rejects, m->totals->streams + 1, &of, &m->own, e);
	if (m->rejects == NULL)
		return (-1);
	line = stream_reader_raw(m->in, &len);
	reject_form(m->rejects, stream_reader_kind(m->in), NULL, line, len);
	return (0);
}

/* At a stream's header, reset the book and prepare the plan, the reject file and the output. */
static int
map_start(struct map_run *m, struct err *e)
{
	const char *dataset = stream_reader_kind(m->in) + strlen("rrc:");

	book_init(&m->own, "entity-map");
	if (strlen(dataset) >= sizeof(m->own.dataset))
		return (err_set(e, STATUS_DATA, "the dataset's name '%s' is too long", dataset));
	(void)snprintf(m->own.dataset, sizeof(m->own.dataset), "%s", dataset);
	memcpy(m->own.config_sha256, m->o->def->sha256, sizeof(m->own.config_sha256));
	m->sealed = false;
	if (map_make_plan(m, e) || map_open_rejects(m, e) || map_open_out(m, e))
		return (-1);
	return (0);
}

/* The entity's key out of the checked parts of its identity; true where it is one. */
static bool
map_key(struct map_run *m)
{
	const struct map_plan *p = m->plan;
	const char *type = m->o->def->type;
	size_t i, len, chars, type_len = strlen(type);
	bool plain;

	m->key_len = 0;
	m->key_plain = true;
	if (!p->bare_key) {
		memcpy(m->key, type, type_len);
		m->key[type_len] = ':';
		m->key_len = type_len + 1;
	}
	for (i = 0; i < p->nidentity; i++) {
		const struct map_cell *c = &p->cells[p->identity[i]];
		const struct check_result *r = &m->values[p->identity[i]].r;
		const char *part = r->p;

		len = r->len;
		if (!p->bare_key && len > type_len + 1 && part[type_len] == ':' &&
		    memcmp(part, type, type_len) == 0) {
			part += type_len + 1;
			len -= type_len + 1;
		}
		/* A lease's number is made of parts itself, in a form that cannot be mistaken. */
		if (!p->bare_key && !p->hashed && memchr(part, '-', len) != NULL &&
		    (c->field->preset == NULL || strcmp(c->field->preset, "lease_key") != 0)) {
			fault_add(m->faults, "bad_key", stream_reader_column(m->in, c->column),
			    r->p, r->len, "has a '-', which parts the key (field '%s')",
			    c->field->key);
			return (false);
		}
		if (m->key_len + 1 + len > sizeof(m->key))
			break;
		if (i > 0)
			m->key[m->key_len++] = '-';
		memcpy(m->key + m->key_len, part, len);
		m->key_len += len;
		m->key_plain = m->key_plain && r->plain;
	}
	if (i == p->nidentity && p->hashed) {
		m->key_len = type_len + 1 +
		    definition_key_hash(m->key + type_len + 1, m->key_len - type_len - 1,
			m->key + type_len + 1);
		return (true);
	}
	if (i == p->nidentity && check_scan(m->key, m->key_len, &plain, &chars) == 0 &&
	    chars <= CHECK_KEY_MAX)
		return (true);
	fault_add(m->faults, "too_long", "entity_key", m->key, m->key_len,
	    "is longer than an entity key (%d characters)", CHECK_KEY_MAX);
	return (false);
}

/* Check every field of the row; true where nothing hard is wrong with it. */
static bool
map_check(struct map_run *m, const struct stream_field *fields)
{
	const struct map_plan *p = m->plan;
	bool good = true, whole_key = true;
	size_t i;

	for (i = 0; i < p->n; i++) {
		const struct map_cell *c = &p->cells[i];
		const struct stream_field *f = &fields[c->column];
		struct map_value *v = &m->values[i];

		v->null = f->null;
		if (c->hard && (f->null || f->len == 0)) {
			fault_add(m->faults, "missing_required",
			    stream_reader_column(m->in, c->column), NULL, 0,
			    "is missing (field '%s')", c->field->key);
		} else if (f->null || check_value(c->check, f->p, f->len, &v->r) == 0) {
			continue;
		} else {
			fault_add(m->faults, v->r.code, stream_reader_column(m->in, c->column),
			    f->p, f->len, "%s (field '%s')", v->r.reason, c->field->key);
			v->null = true;
		}
		if (c->hard)
			good = false;
		if (c->field->role == ROLE_IDENTITY)
			whole_key = false;
	}
	m->keyed = whole_key && map_key(m);
	return (m->keyed && good);
}

/* Write the present row's place, key and checked values; a flawed value goes out as NULL. */
static int
map_write_row(struct map_run *m, uint64_t record, uint64_t offset, struct err *e)
{
	const struct map_plan *p = m->plan;
	size_t i;

	stream_writer_u64(m->out, record);
	stream_writer_u64(m->out, offset);
	if (m->key_plain)
		stream_writer_plain(m->out, m->key, m->key_len);
	else
		stream_writer_text(m->out, m->key, m->key_len);
	for (i = 0; i < p->n; i++) {
		const struct map_value *v = &m->values[i];

		if (v->null)
			stream_writer_null(m->out);
		else if (v->r.plain)
			stream_writer_plain(m->out, v->r.p, v->r.len);
		else
			stream_writer_text(m->out, v->r.p, v->r.len);
	}
	return (stream_writer_end_row(m->out, e));
}

/* Fail with STATUS_DATA and the counts of all fault codes if ${n} of ${of} is more than ${c}
 * allows. */
static int
map_ceiling(const struct map_run *m, const struct ceiling *c, uint64_t n, uint64_t of,
    const char *what, const char *option, struct err *e)
{
	const char *file;
	char codes[400] = "";
	size_t i, k = 0;

	if (!num_exceeds(c, n, of))
		return (0);
	for (i = 0; i < m->own.ncodes && k < sizeof(codes); i++)
		k += (size_t)snprintf(codes + k, sizeof(codes) - k, "%s%s %llu", i ? ", " : "",
		    m->own.codes[i].code, (unsigned long long)m->own.codes[i].n);
	(void)err_set(e, STATUS_DATA, "%llu of %llu rows of '%s' %s, more than %s allows (%s)",
	    (unsigned long long)n, (unsigned long long)of, m->own.dataset, what, option, codes);
	if (m->o->rejects == NULL)
		return (err_hint(e, "--rejects FILE keeps them to look at"));
	/* Where they are: under the file's name when it is closed. */
	file = m->rejects != NULL ? reject_name(m->rejects) : m->o->rejects;
	return (err_hint(e, "see '%s'", file));
}

/* Write the row unless it has a hard fault, record its faults, and stop early if rejects exceed
 * their ceiling. */
static int
map_row(struct map_run *m, struct err *e)
{
	struct reject_at at = { 0, 0, "", 0 };
	const char *raw;
	size_t len;
	bool good;

	stream_reader_place(m->in, &at.record, &at.offset);
	good = map_check(m, stream_reader_fields(m->in));
	if (good && map_write_row(m, at.record, at.offset, e))
		return (-1);
	if (fault_count(m->faults) == 0)
		return (0);
	if (!good) {
		at.key = m->keyed ? m->key : NULL;
		at.keylen = m->keyed ? m->key_len : 0;
	}
	raw = stream_reader_raw(m->in, &len);
	if (reject_put(m->rejects, !good, &at, m->faults, raw, len, e))
		return (-1);
	fault_clear(m->faults);
	if (good || !num_hopeless(&m->o->max_rejects, m->own.rejected, stream_reader_rows(m->in)))
		return (0);
	return (map_ceiling(m, &m->o->max_rejects, m->own.rejected, stream_reader_rows(m->in),
	    "so far were rejected", "--max-rejects", e));
}

/* Its books stay with us: they are valid only up to the next header. */
static int
map_input_seal(struct map_run *m, struct err *e)
{
	const struct book *books = stream_reader_books(m->in, &m->nupstream);

	if (m->nupstream >= STREAM_BOOKS_MAX)
		return (err_set(e, STATUS_DATA,
		    "the stream of '%s' has %zu books, and one more does not fit",
		    stream_reader_source(m->in), m->nupstream));
	if (m->nupstream > 0)
		memcpy(m->upstream, books, m->nupstream * sizeof(*books));
	m->own.read = stream_reader_rows(m->in);
	m->sealed = true;
	return (0);
}

/* The input has proved whole: close the books, and the stream with them. */
static int
map_finish(struct map_run *m, struct err *e)
{
	const struct book *last = m->nupstream > 0 ? &m->upstream[m->nupstream - 1] : NULL;
	struct reject_writer *rejects = m->rejects;

	m->own.rows = m->own.used = stream_writer_rows(m->out);
	if (last != NULL)
		memcpy(m->own.source_sha256, last->source_sha256, sizeof(m->own.source_sha256));
	if (book_balances(&m->own, e) || (last != NULL && book_follows(&m->own, last, e)))
		return (-1);
	m->rejects = NULL;
	if (reject_close(rejects, e) ||
	    map_ceiling(m, &m->o->max_rejects, m->own.rejected, m->own.read, "were rejected",
		"--max-rejects", e) ||
	    map_ceiling(m, &m->o->max_flaws, m->own.flawed, m->own.rows + m->own.rejected,
		"have flaws", "--max-flaws", e) ||
	    stream_writer_seal(m->out, m->upstream, m->nupstream, &m->own, e))
		return (-1);
	stream_writer_free(m->out);
	m->out = NULL;
	m->totals->streams++;
	m->totals->read += m->own.read;
	m->totals->rows += m->own.rows;
	m->totals->rejected += m->own.rejected;
	m->totals->flawed += m->own.flawed;
	return (0);
}

/* Map the input to its end; an output is sealed only when a header or the end follows the input's
 * seal. */
static int
map_events(struct map_run *m, struct err *e)
{
	enum stream_event ev;

	for (;;) {
		switch (ev = stream_reader_next(m->in, e)) {
		case STREAM_ROW:
			if (map_row(m, e))
				return (-1);
			progress_tick(m->totals->read + stream_reader_rows(m->in),
			    m->totals->rows + stream_writer_rows(m->out),
			    m->totals->rejected + m->own.rejected, 0);
			break;
		case STREAM_SEAL:
			if (map_input_seal(m, e))
				return (-1);
			break;
		case STREAM_HEADER:
		case STREAM_END:
			/* Only now is it known that nothing stands behind the seal. */
			if (m->out != NULL && m->sealed && map_finish(m, e))
				return (-1);
			if (ev == STREAM_END)
				return (0);
			if (map_start(m, e))
				return (-1);
			break;
		case STREAM_FAULT:
		default:
			return (-1);
		}
	}
}

/*
 * The streams before this one are sealed, and a reader would take them for all
 * there is: leave something behind them that is no stream.  If even that cannot be
 * written, the cause of the failure is still the first one.
 */
static void
map_break(const struct map_run *m)
{
	static const char line[] = "#aegis-broken\n";
	struct err ignored = ERR_INIT;

	(void)io_write_all(m->o->out, line, sizeof(line) - 1, m->o->out_name, &ignored);
}

int
map_run(const struct map_options *o, struct map_totals *t, struct err *e)
{
	struct map_run *m = xcalloc(1, sizeof(*m));
	int rc = -1;

	memset(t, 0, sizeof(*t));
	m->o = o;
	m->totals = t;
	m->faults = fault_list_new();
	if ((m->in = stream_reader_open(o->in, o->in_name, "rrc:", e)) == NULL)
		goto err1;
	rc = map_events(m, e);
	if (rc == 0 && t->streams == 0)
		rc = err_set(e, STATUS_DATA, "'%s' has no stream", o->in_name);
	if (rc && t->streams > 0)
		map_break(m);
	progress_end(t->read, t->rows, t->rejected, 0);
	if (m->rejects != NULL)
		reject_abandon(m->rejects);
	if (m->out != NULL)
		stream_writer_free(m->out);
	map_plan_free(m->plan);
	free(m->values);
	free(m->shape);
	stream_reader_free(m->in);
err1:
	fault_list_free(m->faults);
	free(m);
	return (rc);
}
