/* A row of a view once more, and where each of its values stands. */

#include "rrc/excerpt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/os.h"
#include "rrc/decode.h"
#include "rrc/files.h"
#include "rrc/intake.h"
#include "rrc/locate.h"
#include "rrc/view.h"

enum {
	EXCERPT_CHUNK = 64 << 10, /* bytes that are read at a time */
	EXCERPT_BACK = 64 << 20,  /* bytes before a record, in which its root must stand */
	EXCERPT_TOLD = 64,        /* fields of a record that a column is made of */
	EXCERPT_RECORDS = 1000,   /* that are kept of those which a column counts or collects */
};

/* A file as struct frame_input: a prefix, then its bytes from a place on. */
struct excerpt_input {
	struct seek *in;
	struct buf prefix, chunk;
	uint64_t at;
	bool begun;
};

/* A record that a slot of the view has taken. */
struct excerpt_record {
	unsigned char *p;
	struct span *spans;
	size_t len;
	uint64_t number, offset; /* as the decoder was told */
};

struct excerpt_slot {
	struct excerpt_record *v;
	size_t n, cap;
};

struct excerpt {
	const struct excerpt_options *o;
	struct charset charset;
	struct view *view;
	struct excerpt_slot *slots;
	struct excerpt_input main;
	struct excerpt_input beside[LAYOUT_MAX_SEGMENTS]; /* by segment of the file's rows */
	struct decode_above above[LAYOUT_MAX_SEGMENTS];
	size_t nabove;
	uint64_t from;  /* the file's first byte that is decoded */
	uint64_t begin; /* the row's own record, as the decoder is told */
	uint64_t first; /* and that record's number */
	struct decode_watch watch;
	int fd;
};

/* struct frame_input's read(). */
static ssize_t
excerpt_read(void *cookie, const unsigned char **p, struct err *e)
{
	struct excerpt_input *i = cookie;

	if (!i->begun && i->prefix.len > 0) {
		i->begun = true;
		*p = (const unsigned char *)i->prefix.p;
		return ((ssize_t)i->prefix.len);
	}
	i->chunk.len = 0;
	if (seek_read(i->in, i->at, EXCERPT_CHUNK, &i->chunk, e))
		return (-1);
	i->at += i->chunk.len;
	*p = (const unsigned char *)i->chunk.p;
	return ((ssize_t)i->chunk.len);
}

/* An input of the file from byte ${at} on. */
static void
excerpt_input(struct excerpt_input *i, struct seek *in, uint64_t at)
{

	i->in = in;
	i->at = at;
	i->prefix.max = LAYOUT_MAX_RECORD + 1024;
	i->chunk.max = EXCERPT_CHUNK;
}

/* What a list of objects is inside of: "A/B" of {"A": {"B": [...]}}. */
static int
excerpt_objects(const char *items, struct buf *out, struct err *e)
{
	size_t n;

	for (; *items != '\0'; items += n + (items[n] == '/')) {
		n = strcspn(items, "/");
		if (buf_addf(out, e, "{\"%.*s\":", (int)n, items))
			return (-1);
	}
	return (buf_adds(out, "[", e));
}

/* Read the file's head: its character set, and what has to stand before a row for the decoder. */
static int
excerpt_head(struct excerpt *x, struct err *e)
{
	const struct layout *l = x->o->layout;
	const struct intake_options o = { l,
		l->form == LAYOUT_RECORDS ? -1 : view_rows(l, x->o->view), PROBE_AUTO, x->o->name,
		true };
	struct excerpt_input head;
	const struct frame_input in = { excerpt_read, &head };
	const char *header;
	struct intake *i;
	size_t len;
	int rc = 0;

	memset(&head, 0, sizeof(head));
	excerpt_input(&head, x->o->in, 0);
	if ((i = intake_open(&o, &in, e)) == NULL) {
		buf_free(&head.chunk);
		return (-1);
	}
	x->charset = *intake_charset(i);
	(void)intake_form(i, &header, &len);
	if (len > 0)
		rc = buf_add(&x->main.prefix, header, len, e) || buf_adds(&x->main.prefix, "\n", e);
	else if (l->form == LAYOUT_JSON)
		rc = excerpt_objects(l->text.items, &x->main.prefix, e);
	intake_free(i);
	buf_free(&head.chunk);
	return (rc);
}

/* Does a record that begins with these bytes begin a group of records? */
static bool
excerpt_is_root(const struct excerpt *x, const unsigned char *p, size_t len)
{
	const struct layout *l = x->o->layout;
	unsigned char id[LAYOUT_MAX_CODE];
	size_t i;

	if (len < l->id_at + l->id_width || (l->continued >= 0 && *p == l->continued))
		return (false);
	for (i = 0; i < l->nsegments; i++)
		if (layout_above(&l->segments[i]) < 0 &&
		    charset_encode(&x->charset, l->segments[i].id, id, sizeof(id)) == l->id_width &&
		    memcmp(id, p + l->id_at, l->id_width) == 0)
			return (true);
	return (false);
}

/* Step from the record at ${at} to the one before it; ${head} becomes its first bytes. */
static int
excerpt_step(struct excerpt *x, uint64_t *at, struct buf *head, struct err *e)
{
	const struct layout *l = x->o->layout;
	const size_t want = l->id_at + l->id_width;
	uint64_t back = l->length;
	size_t n;

	if (x->charset.id != CHARSET_EBCDIC) {
		/* The line end before the one that ends the line before. */
		back = *at < l->length + 2 ? *at : l->length + 2;
		head->len = 0;
		if (back < 2 || seek_read(x->o->in, *at - back, (size_t)back, head, e))
			return (-1);
		for (n = head->len - 1; n > 0 && head->p[n - 1] != '\n'; n--)
			;
		back = head->len - n;
	}
	if (back > *at)
		return (-1);
	*at -= back;
	head->len = 0;
	return (seek_read(x->o->in, *at, want, head, e));
}

/* Where the group of records begins that the row is made of. */
static int
excerpt_root(struct excerpt *x, struct err *e)
{
	const struct layout *l = x->o->layout;
	const int rows = view_rows(l, x->o->view);
	struct buf head = BUF_INIT(2 * LAYOUT_MAX_RECORD);
	uint64_t at = x->o->offset;
	int rc = 0;

	if (rows >= 0 && layout_above(&l->segments[rows]) >= 0 && l->form != LAYOUT_RECORDS)
		rc = err_set(e, STATUS_DATA, "rows of view %s cannot be found by their place alone",
		    x->o->view);
	else if (rows >= 0 && layout_above(&l->segments[rows]) >= 0)
		do {
			if (x->o->offset - at > EXCERPT_BACK || excerpt_step(x, &at, &head, e))
				rc = err_set(e, STATUS_DATA,
				    "'%s': no record before byte %llu is one that its row could belong to",
				    x->o->name, (unsigned long long)x->o->offset);
		} while (rc == 0 && !excerpt_is_root(x, (const unsigned char *)head.p, head.len));
	buf_free(&head);
	x->from = at;
	return (rc);
}

/* Forget what a slot has. */
static void
excerpt_clear(struct excerpt_slot *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->v[i].p);
		free(s->v[i].spans);
	}
	s->n = 0;
}

/* struct flatten_watch's record(): keep a copy. */
static void
excerpt_record(void *cookie, size_t slot, const struct frame *fr)
{
	struct excerpt *x = cookie;
	const struct view_slot *vs = &x->view->slots[slot];
	const size_t n = x->o->layout->segments[vs->segment].nfields;
	const struct record rec = frame_record(fr);
	struct excerpt_slot *s = &x->slots[slot];
	struct excerpt_record *r;
	size_t i, len = fr->len;

	if (x->watch.done)
		return;
	if (vs->collect == NULL && vs->nth != VIEW_COUNT)
		excerpt_clear(s);
	if (s->n == EXCERPT_RECORDS)
		return;
	if (s->n == s->cap)
		s->v = xgrow(s->v, &s->cap, sizeof(*s->v));
	r = &s->v[s->n++];
	memset(r, 0, sizeof(*r));
	for (i = 0; rec.spans != NULL && i < n; i++)
		if (rec.spans[i].at + rec.spans[i].len > len)
			len = rec.spans[i].at + rec.spans[i].len;
	r->p = xcalloc(1, len + FRAME_SLACK);
	memcpy(r->p, rec.p, len);
	r->len = len;
	if (rec.spans != NULL) {
		r->spans = xcalloc(n, sizeof(*r->spans));
		memcpy(r->spans, rec.spans, n * sizeof(*r->spans));
	}
	r->number = fr->number;
	r->offset = fr->offset;
}

/* struct flatten_watch's row(): is it the one?  Another row's records below it are forgotten. */
static void
excerpt_row(void *cookie, uint64_t offset)
{
	struct excerpt *x = cookie;
	const struct layout_segment *own = &x->o->layout->segments[x->view->rows];
	size_t i;

	if (x->watch.done)
		return;
	if (offset == x->begin) {
		x->first = x->slots[0].n > 0 ? x->slots[0].v[0].number : 0;
		x->watch.done = true;
		return;
	}
	for (i = 0; i < x->view->nslots; i++)
		if (((own->ancestors | own->bit) &
			x->o->layout->segments[x->view->slots[i].segment].bit) == 0)
			excerpt_clear(&x->slots[i]);
}

/* struct decode_input's sha256(): of a part there is none. */
static void
excerpt_sha256(void *cookie, char hex[DIGEST_SHA256_HEX + 1])
{

	(void)cookie;
	hex[0] = '-';
	hex[1] = '\0';
}

/* decode_run()'s each(): the figures of a part say nothing. */
static void
excerpt_book(void *cookie, const char *name, const struct book *b)
{

	(void)cookie;
	(void)name;
	(void)b;
}

/* Open the files that have rows which the row belongs to, as far as the view needs them. */
static int
excerpt_beside(struct excerpt *x, const struct decode_options *o, struct err *e)
{
	const struct layout *l = x->o->layout;
	int parent, s = view_rows(l, x->o->view);
	struct decode_above *a;
	bool uses;

	for (; s >= 0 && l->segments[s].nby > 0; s = parent) {
		parent = l->segments[s].parent;
		if (files_uses(o, parent, &uses, e))
			return (-1);
		if (!uses)
			return (0);
		excerpt_input(&x->beside[parent],
		    x->o->beside(x->o->cookie, l->segments[parent].file, e), 0);
		if (x->beside[parent].in == NULL)
			return (-1);
		a = &x->above[x->nabove++];
		a->child = (size_t)s;
		a->input.frames.read = excerpt_read;
		a->input.frames.cookie = &x->beside[parent];
		a->input.sha256 = excerpt_sha256;
		a->name = l->segments[parent].file;
	}
	return (0);
}

/* Decode from the root on, up to the row. */
static int
excerpt_decode(struct excerpt *x, struct err *e)
{
	struct decode_options o = { .layout = x->o->layout,
		.view = x->o->view,
		.source = x->o->name,
		.fd_name = "the excerpt",
		.above = x->above,
		.watch = &x->watch };
	struct decode_input in = { { excerpt_read, &x->main }, excerpt_sha256, NULL };
	char run[37];

	os_uuid(run);
	o.run = run;
	o.encoding = x->charset.id == CHARSET_EBCDIC ? PROBE_EBCDIC : PROBE_ASCII;
	if ((o.fd = x->fd = io_spool(e)) < 0 || excerpt_beside(x, &o, e))
		return (-1);
	o.nabove = x->nabove;
	x->main.at = x->from;
	x->begin = x->o->offset - x->from + x->main.prefix.len;
	x->watch.flatten.record = excerpt_record;
	x->watch.flatten.row = excerpt_row;
	x->watch.flatten.cookie = x;
	if (decode_run(&o, &in, excerpt_book, NULL, e))
		return (-1);
	if (!x->watch.done)
		return (err_set(e, STATUS_DATA, "'%s': no row of view %s begins at byte %llu",
		    x->o->name, x->o->view, (unsigned long long)x->o->offset));
	return (0);
}

struct excerpt *
excerpt_open(const struct excerpt_options *o, struct err *e)
{
	struct excerpt *x = xcalloc(1, sizeof(*x));

	x->o = o;
	x->fd = -1;
	excerpt_input(&x->main, o->in, 0);
	if (excerpt_head(x, e) || excerpt_root(x, e) ||
	    (x->view = view_new(o->layout, o->view, &x->charset, e)) == NULL)
		goto fail;
	x->slots = xcalloc(x->view->nslots, sizeof(*x->slots));
	if (excerpt_decode(x, e) == 0)
		return (x);
fail:
	excerpt_close(x);
	return (NULL);
}

int
excerpt_stream(struct excerpt *x, uint64_t *offset)
{

	(void)lseek(x->fd, 0, SEEK_SET);
	*offset = x->begin;
	return (x->fd);
}

/* A walk over the fields of a record. */
struct excerpt_walk {
	struct excerpt *x;
	const struct excerpt_record *r;
	struct excerpt_part part;
	struct seek *in;
	excerpt_fn *each;
	void *cookie;
	struct err *e;
	bool field;                                    /* the record has one that was read */
	const struct layout_field *told[EXCERPT_TOLD]; /* of it, so that none comes twice */
	size_t ntold;
	int rc;
};

/* value_field_fn: one field, and where in the file it stands. */
static void
excerpt_field(void *cookie, const struct layout_field *f)
{
	struct excerpt_walk *w = cookie;
	struct excerpt_part p = w->part;
	const struct record rec = { w->r->p, w->r->spans };
	struct buf raw = BUF_INIT(LOCATE_MAX);
	char *text;
	size_t i, len;

	w->field = true;
	for (i = 0; i < w->ntold; i++)
		if (w->told[i] == f)
			return;
	if (w->ntold < EXCERPT_TOLD)
		w->told[w->ntold++] = f;
	p.field = f->name;
	p.bytes = record_field(&rec, f, &len);
	p.len = len;
	w->rc = w->rc ||
	    locate_field(w->x->o->layout, f, &rec, w->in, p.offset, &p.at, &raw, &p.placed, w->e);
	if (p.placed) {
		p.bytes = (const unsigned char *)raw.p;
		p.len = raw.len;
	}
	text = xcalloc(1, 2 * p.len + 1);
	if (f->kind != LAYOUT_PACKED && f->kind != LAYOUT_BINARY)
		(void)charset_show(&w->x->charset, p.bytes, p.len, text);
	p.text = text;
	if (w->rc == 0)
		w->each(w->cookie, &p);
	free(text);
	buf_free(&raw);
}

/* One record of the column. */
static void
excerpt_part(struct excerpt_walk *w, const struct view_column *col, const struct layout_segment *s)
{
	struct excerpt *x = w->x;
	const struct record rec = { w->r->p, w->r->spans };
	const struct excerpt_input *other = &x->beside[s - x->o->layout->segments];

	w->part = (struct excerpt_part){ .segment = s->id, .name = s->name };
	w->field = false;
	w->ntold = 0;
	w->in = x->o->in;
	w->part.record = x->o->record + w->r->number - x->first;
	w->part.offset = x->from + w->r->offset - x->main.prefix.len;
	if (other->in != NULL) {
		w->in = other->in;
		w->part.pattern = s->file;
		w->part.record = w->r->number;
		w->part.offset = w->r->offset;
	}
	if (col->value != NULL)
		value_fields(col->value, &rec, excerpt_field, w);
	else if (col->collect != NULL)
		collect_fields(col->collect, &rec, excerpt_field, w);
	if (!w->field)
		w->each(w->cookie, &w->part);
}

int
excerpt_parts(struct excerpt *x, const char *column, excerpt_fn *each, void *cookie, struct err *e)
{
	struct excerpt_walk w = { .x = x, .each = each, .cookie = cookie, .e = e };
	const struct view_column *col = NULL;
	const struct excerpt_slot *s;
	size_t i;

	for (i = 0; i < x->view->ncolumns && col == NULL; i++)
		if (strcmp(x->view->columns[i].name, column) == 0)
			col = &x->view->columns[i];
	if (col == NULL)
		return (err_set(e, STATUS_CONFIG, "view %s of layout %s has no column '%s'",
		    x->o->view, x->o->layout->name, column));
	s = &x->slots[col->slot];
	for (i = 0; w.rc == 0 && i < s->n; i++) {
		w.r = &s->v[i];
		excerpt_part(&w, col, &x->o->layout->segments[x->view->slots[col->slot].segment]);
	}
	return (w.rc);
}

void
excerpt_close(struct excerpt *x)
{
	size_t i;

	if (x == NULL)
		return;
	for (i = 0; x->slots != NULL && i < x->view->nslots; i++) {
		excerpt_clear(&x->slots[i]);
		free(x->slots[i].v);
	}
	free(x->slots);
	view_free(x->view);
	for (i = 0; i < LAYOUT_MAX_SEGMENTS; i++)
		buf_free(&x->beside[i].chunk);
	buf_free(&x->main.chunk);
	buf_free(&x->main.prefix);
	if (x->fd >= 0)
		(void)close(x->fd);
	free(x);
}
