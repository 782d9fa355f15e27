/* rrc-decode: records by a layout and a view, to streams. */

#include "rrc/decode_one.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/domain.h"
#include "rrc/flatten.h"
#include "rrc/held.h"
#include "rrc/intake.h"
#include "rrc/outs.h"
#include "rrc/persons.h"
#include "rrc/rows.h"
#include "rrc/view.h"
#include "stream/reject.h"
#include "stream/writer.h"

struct decode {
	const struct decode_options *o;
	const struct layout *l;
	struct intake *intake;
	struct domain *domain;
	struct fault_list *faults;
	struct reject_writer *rejects;
	struct book book;     /* all that was read */
	struct book rejected; /* codes of rejects only, for the books of single segments */
	uint64_t consecutive; /* rejects without a good record between */
	uint64_t cut;         /* the record that the input ends inside, or 0 */
	uint64_t cut_offset;
	uint64_t open, bad; /* sets of segments: with a record open; that was rejected */
	/* One of the two. */
	struct view *view;
	struct stream_writer *w;
	struct flatten *flatten;
	struct buf key; /* of a reject */
	struct rows *rows;
	struct outs *outs;
	struct held
	    *held[LAYOUT_MAX_SEGMENTS]; /* of a segment: its parent's rows, of another file */
	bool repeats;                   /* the layout has records that repeat their root's key */
	struct buf root;                /* the key of the root that is open, then */
	uint64_t needs, uses;           /* sets of segments: to be looked into; that make rows */
};

/* Compile the view and open the one stream that its flattened rows go to. */
static int
decode_open_view(struct decode *d, struct err *e)
{
	const struct stream_header h = { d->book.dataset, d->o->source, d->o->run, NULL, NULL };
	struct flatten_out out = { NULL, d->rejects, d->faults, &d->book,
		d->o->watch != NULL ? &d->o->watch->flatten : NULL };
	struct stream_header header = h;
	char kind[BOOK_DATASET_SIZE + 8];
	const char **columns;
	size_t n;

	if ((d->view = view_new(d->l, d->o->view, intake_charset(d->intake), e)) == NULL)
		return (-1);
	(void)snprintf(d->book.dataset, sizeof(d->book.dataset), "%s/%s", d->l->name, d->o->view);
	(void)snprintf(kind, sizeof(kind), "rrc:%s", d->book.dataset);
	header.kind = kind;
	columns = flatten_columns(d->view, &n);
	d->w = out.w = stream_writer_open(d->o->fd, d->o->fd_name, &header, columns, n, e);
	free(columns);
	if (d->w == NULL)
		return (-1);
	d->flatten = flatten_new(d->l, d->view, &out);
	return (0);
}

/* Open the output of unflattened rows: a file per segment with --split, or one segment's stream.
 */
static int
decode_open_rows(struct decode *d, struct err *e)
{
	const struct outs_header h = { d->o->source, d->o->run };
	int segment;

	d->rows = rows_new(d->l, intake_charset(d->intake));
	if (d->o->split != NULL) {
		(void)snprintf(d->book.dataset, sizeof(d->book.dataset), "%s", d->l->name);
		d->outs = outs_split(d->l, d->rows, d->o->split, &h, e);
	} else if ((segment = layout_segment(d->l, d->o->segment)) < 0) {
		return (err_set(e, STATUS_USAGE, "layout %s has no segment '%s'", d->l->name,
		    d->o->segment));
	} else {
		d->outs = outs_one(d->l, d->rows, (size_t)segment, d->o->fd, d->o->fd_name, &h, e);
	}
	return (d->outs == NULL);
}

int
decode_segment(const struct decode *d)
{
	const struct layout *l = d->l;
	int s;

	if (l->form == LAYOUT_RECORDS || d->o->split != NULL)
		return (-1);
	s = d->o->view != NULL ? view_rows(l, d->o->view) : layout_segment(l, d->o->segment);
	return (s >= 0 && l->segments[s].file != NULL ? s : -1);
}

/* Which segments the output needs. */
static void
decode_wants(struct decode *d)
{
	size_t i;

	for (i = 0; i < d->l->nsegments; i++) {
		const struct layout_segment *s = &d->l->segments[i];

		d->repeats |= s->repeats >= 0;
	}
	for (i = 0; i < d->l->nsegments; i++) {
		const struct layout_segment *s = &d->l->segments[i];
		const bool root = layout_above(s) < 0;

		if (d->view != NULL ? flatten_needs(d->flatten, i) : root || rows_needs(d->rows, i))
			d->needs |= s->bit;
		if (d->view != NULL ? flatten_uses(d->flatten, i) : rows_writes(d->rows, i))
			d->uses |= s->bit;
	}
}

struct decode *
decode_new(const struct decode_options *o)
{
	struct decode *d = xcalloc(1, sizeof(*d));

	d->o = o;
	d->l = o->layout;
	d->key.max = d->root.max = LAYOUT_MAX_RECORD;
	d->faults = fault_list_new();
	fault_list_persons(d->faults, persons_has, d->l, persons_key(d->l, o->view));
	return (d);
}

int
decode_open(struct decode *d, struct intake *intake, struct err *e)
{
	const struct stream_header of = { "rrc", d->o->source, d->o->run, NULL, NULL };
	const char *form, *header;
	size_t len;
	int rc;

	d->intake = intake;
	book_init(&d->book, "rrc-decode");
	book_init(&d->rejected, "rrc-decode");
	(void)snprintf(d->book.config_sha256, sizeof(d->book.config_sha256), "%s",
	    conf_sha256(d->l->conf));
	d->domain = domain_new(d->l, intake_charset(d->intake));
	d->rejects = reject_open(d->o->rejects, &of, &d->book, e);
	if (d->rejects == NULL)
		return (-1);
	form = intake_form(d->intake, &header, &len);
	reject_form(d->rejects, form, d->l->name, header, len);
	rc = d->o->view != NULL ? decode_open_view(d, e) : decode_open_rows(d, e);
	if (rc)
		return (-1);
	decode_wants(d);
	return (0);
}

/*
 * Whose row is lost with a record of segment ${s}: none but where it is the row's own, or
 * might be, as nobody knows what it is.
 */
static struct reject_at
decode_at(struct decode *d, const struct layout_segment *s, const struct frame *fr)
{
	struct reject_at at = { fr->number, fr->offset, NULL, 0 };
	struct err ignored = ERR_INIT;
	struct frame whole = *fr;

	if (d->flatten == NULL)
		return (at);
	if (s != NULL && s != &d->l->segments[d->view->rows]) {
		at.key = "";
		return (at);
	}
	intake_pad(d->intake, &whole);
	if (flatten_name(d->flatten, &whole, &d->key, &ignored)) {
		at.key = d->key.p;
		at.keylen = d->key.len;
	}
	return (at);
}

/* Set the record, of segment ${s} where that is known, aside with the faults collected. */
static int
decode_reject(struct decode *d, const struct layout_segment *s, const struct frame *fr,
    struct err *e)
{
	const struct reject_at at = decode_at(d, s, fr);
	const char *code;
	size_t i;

	if (d->o->watch != NULL) {
		d->book.rejected++;
		fault_clear(d->faults);
		return (0);
	}
	for (i = 0; d->outs != NULL && i < fault_count(d->faults) && i < 50; i++) {
		(void)fault_text(d->faults, i, &code);
		book_count(&d->rejected, code);
	}
	if (reject_put(d->rejects, true, &at, d->faults, fr->p, fr->len, e))
		return (-1);
	fault_clear(d->faults);
	if (num_hopeless(&d->o->max_rejects, d->book.rejected, fr->number)) {
		(void)err_set(e, STATUS_DATA,
		    "'%s': %llu of the first %llu records were rejected, more than --max-rejects"
		    " allows",
		    d->o->source, (unsigned long long)d->book.rejected,
		    (unsigned long long)fr->number);
		return (reject_name(d->rejects) == NULL ?
			-1 :
			err_hint(e, "they are in '%s'", reject_name(d->rejects)));
	}
	if (++d->consecutive < DECODE_MAX_CONSECUTIVE)
		return (0);
	(void)err_set(e, STATUS_DATA,
	    "'%s': lost the record boundary: %d records in a row were "
	    "rejected, up to record %llu at byte %llu",
	    d->o->source, DECODE_MAX_CONSECUTIVE, (unsigned long long)fr->number,
	    (unsigned long long)fr->offset);
	if (reject_name(d->rejects) == NULL)
		return (-1);
	return (err_hint(e, "the first of them are in '%s'", reject_name(d->rejects)));
}

/*
 * A record that is of no known segment, or has not the length of one.  Whatever was
 * open is closed: if it was a root, the records that follow are not the last root's.
 */
static int
decode_stray(struct decode *d, const struct layout_segment *s, const struct frame *fr,
    struct err *e)
{

	if (fr->cut) {
		d->cut = fr->number;
		d->cut_offset = fr->offset;
	}
	if (s == NULL) {
		d->open = d->bad = 0;
	} else {
		d->open = (d->open & s->ancestors) | s->bit;
		d->bad = (d->bad & s->ancestors) | s->bit;
	}
	return (decode_reject(d, s, fr, e));
}

/* A record without its parent, or below one that was rejected. */
static int
decode_lost(struct decode *d, const struct layout_segment *s, const struct frame *fr, struct err *e)
{
	const struct layout_segment *parent = &d->l->segments[s->parent];

	if ((d->open & parent->bit) == 0) {
		d->open &= s->ancestors;
		d->bad &= s->ancestors;
		fault_add(d->faults, "orphan_record", NULL, NULL, 0,
		    "record %s (%s) without a record %s (%s) above it", s->id, s->name, parent->id,
		    parent->name);
	} else {
		d->open = (d->open & s->ancestors) | s->bit;
		d->bad &= s->ancestors;
		if ((d->uses & s->bit) == 0) {
			d->book.skipped++;
			return (0);
		}
		fault_add(d->faults, "root_rejected", NULL, NULL, 0,
		    "record %s (%s) below a record that was rejected", s->id, s->name);
	}
	return (decode_reject(d, s, fr, e));
}

/* A row of a segment went through with faults in it. */
static int
decode_flaw(struct decode *d, size_t segment, const struct frame *fr, struct err *e)
{
	const struct reject_at at = { fr->number, fr->offset, "", 0 };
	struct book *own = outs_book(d->outs, segment);
	const char *code;
	size_t i;

	own->flawed++;
	for (i = 0; i < fault_count(d->faults) && i < 50; i++) {
		(void)fault_text(d->faults, i, &code);
		book_count(own, code);
	}
	if (reject_put(d->rejects, false, &at, d->faults, fr->p, fr->len, e))
		return (-1);
	fault_clear(d->faults);
	return (0);
}

/* A record that the output needs. */
static int
decode_take(struct decode *d, size_t segment, struct frame *fr, struct err *e)
{
	const struct layout_segment *s = &d->l->segments[segment];
	const struct frame raw = *fr;

	intake_pad(d->intake, fr);
	if (d->flatten != NULL) {
		switch (flatten_take(d->flatten, segment, fr, e)) {
		case FLATTEN_FAILED:
			return (-1);
		case FLATTEN_TAKEN:
			return (0);
		case FLATTEN_REJECTED:
			break;
		}
	} else {
		switch (
		    rows_take(d->rows, segment, fr, outs_writer(d->outs, segment), d->faults, e)) {
		case ROWS_FAILED:
			return (-1);
		case ROWS_USED:
			d->book.used++;
			return (fault_count(d->faults) > 0 ? decode_flaw(d, segment, &raw, e) : 0);
		case ROWS_SKIPPED:
			d->book.skipped++;
			return (0);
		case ROWS_REJECTED:
			break;
		}
	}
	d->bad |= s->bit;
	return (decode_reject(d, s, &raw, e));
}

/* The record's parent, and that one's, of other files: none missing?  They become the row's. */
static bool
decode_above(struct decode *d, size_t segment, const struct frame *fr)
{
	const struct layout_segment *s = &d->l->segments[segment];
	struct frame up;

	if (s->parent < 0 || d->held[segment] == NULL)
		return (true);
	if (!held_find(d->held[segment], fr, &up)) {
		fault_add(d->faults, "orphan_record", NULL, NULL, 0,
		    "the row of %s that it belongs to is missing", d->l->segments[s->parent].id);
		return (false);
	}
	if (!decode_above(d, (size_t)s->parent, &up))
		return (false);
	flatten_above(d->flatten, (size_t)s->parent, &up);
	return (true);
}

/* A record that repeats its root's key: does it?  A root's own is kept for those below it. */
static bool
decode_repeats(struct decode *d, const struct layout_segment *s, const struct frame *fr)
{
	const struct record rec = frame_record(fr);
	struct err ignored = ERR_INIT;
	const unsigned char *p;
	char show[64];
	size_t n;

	if (layout_above(s) < 0 && s->nkey == 1 && fr->len >= s->fields[s->key[0]].at) {
		p = record_field(&rec, &s->fields[s->key[0]], &n);
		d->root.len = 0;
		(void)buf_add(&d->root, p, n, &ignored);
	}
	if (s->repeats < 0)
		return (true);
	p = record_field(&rec, &s->fields[s->repeats], &n);
	if (d->root.len == n && memcmp(d->root.p, p, n) == 0)
		return (true);
	n = charset_show(intake_charset(d->intake), p, n < 30 ? n : 30, show);
	fault_add(d->faults, "orphan_record", s->fields[s->repeats].name, show, n,
	    "the record above it is another's");
	return (false);
}

/* A record whose values do not suit its fields is another dataset's. */
static bool
decode_foreign(struct decode *d, size_t segment, const struct frame *whole)
{
	const struct record rec = frame_record(whole);
	struct domain_seen seen = { 0, 0 };

	if (domain_look(d->domain, segment, &rec, &seen))
		return (false);
	fault_add(d->faults, "foreign_record", NULL, NULL, 0,
	    "%zu of %zu values do not suit the fields of %s", seen.misfits, seen.looked,
	    d->l->segments[segment].name);
	return (true);
}

/* A good record of segment ${i}. */
static int
decode_record(struct decode *d, size_t i, struct frame *fr, struct err *e)
{
	const struct layout_segment *s = &d->l->segments[i];
	struct frame whole;
	const int above = layout_above(s);

	if (above >= 0 &&
	    ((d->open & d->l->segments[above].bit) == 0 || (d->bad & s->ancestors) != 0))
		return (decode_lost(d, s, fr, e));
	d->open = (d->open & s->ancestors) | s->bit;
	d->bad &= s->ancestors;
	if ((d->needs & s->bit) == 0) {
		d->book.skipped++;
		d->consecutive = 0;
		return (0);
	}
	whole = *fr;
	intake_pad(d->intake, &whole);
	if (decode_foreign(d, i, &whole) || (d->repeats && !decode_repeats(d, s, &whole))) {
		d->bad |= s->bit;
		return (decode_reject(d, s, fr, e));
	}
	if (d->held[i] != NULL && (flatten_end(d->flatten, e) || !decode_above(d, i, fr)))
		return (e->status != STATUS_OK ? -1 : decode_reject(d, s, fr, e));
	if (decode_take(d, i, fr, e))
		return (-1);
	if ((d->bad & s->bit) == 0)
		d->consecutive = 0;
	return (0);
}

struct fault_list *
decode_faults(struct decode *d)
{

	return (d->faults);
}

int
decode_one(struct decode *d, enum intake_result res, struct frame fr, int i, struct err *e)
{

	d->book.read++;
	return (res == INTAKE_STRAY ? decode_stray(d, i < 0 ? NULL : &d->l->segments[i], &fr, e) :
				      decode_record(d, (size_t)i, &fr, e));
}

int
decode_hold(struct decode *d, const struct decode_above *in, struct err *e)
{
	const int parent = d->l->segments[in->child].parent;
	const struct intake_options o = { d->l, parent, d->o->encoding, in->name, false };
	struct intake *i = intake_open(&o, &in->input.frames, e);
	enum intake_result res = INTAKE_FAILED;
	struct frame fr;
	int s, rc = i == NULL;

	d->held[in->child] = held_new(d->l, in->child);
	while (rc == 0 && (res = intake_next(i, &fr, &s, d->faults, e)) > INTAKE_END) {
		d->book.read++;
		if (res == INTAKE_STRAY) {
			rc = decode_stray(d, &d->l->segments[parent], &fr, e);
			continue;
		}
		d->book.used++;
		rc = held_add(d->held[in->child], &fr, e);
	}
	intake_free(i);
	return (rc != 0 || res == INTAKE_FAILED);
}

/* Judge the whole input: is it all there, and are its figures allowed? */
static int
decode_judge(const struct decode *d, struct err *e)
{
	const struct book *b = &d->book;
	const char *more = d->o->rejects != NULL ? d->o->rejects : "--rejects FILE";

	/* One record is little, but what else is missing nobody can tell. */
	if (d->cut > 0) {
		(void)err_set(e, STATUS_DATA,
		    "'%s' is cut: it ends inside record %llu at byte %llu", d->o->source,
		    (unsigned long long)d->cut, (unsigned long long)d->cut_offset);
		return (err_hint(e, "fetch the file again, or end its last record"));
	}
	if (num_exceeds(&d->o->max_rejects, b->rejected, b->read)) {
		(void)err_set(e, STATUS_DATA,
		    "'%s': %llu of %llu records were rejected, more than "
		    "--max-rejects allows",
		    d->o->source, (unsigned long long)b->rejected, (unsigned long long)b->read);
		return (err_hint(e, "see %s", more));
	}
	if (num_exceeds(&d->o->max_flaws, b->flawed, b->rows + b->rejected)) {
		(void)err_set(e, STATUS_DATA,
		    "'%s': %llu of %llu rows have a faulty value, more than "
		    "--max-flaws allows",
		    d->o->source, (unsigned long long)b->flawed, (unsigned long long)b->rows);
		return (err_hint(e, "see %s", more));
	}
	return (book_balances(b, e));
}

int
decode_finish(struct decode *d, const struct decode_input *in, decode_each_fn *each, void *cookie,
    struct err *e)
{
	struct reject_writer *rejects = d->rejects;

	if (d->flatten != NULL && flatten_end(d->flatten, e))
		return (-1);
	in->sha256(in->frames.cookie, d->book.source_sha256);
	if (d->rows != NULL)
		d->book.rows = d->book.used;
	d->rejects = NULL;
	if (reject_close(rejects, e) || (d->o->watch == NULL && decode_judge(d, e)))
		return (-1);
	if (d->outs != NULL ? outs_seal(d->outs, &d->book, &d->rejected, e) :
			      stream_writer_seal(d->w, NULL, 0, &d->book, e))
		return (-1);
	if (d->outs != NULL)
		outs_each(d->outs, each, cookie);
	else
		each(cookie, d->o->fd_name, &d->book);
	return (0);
}

void
decode_close(struct decode *d)
{
	size_t i;

	if (d->rejects != NULL)
		reject_abandon(d->rejects);
	for (i = 0; i < LAYOUT_MAX_SEGMENTS; i++)
		held_free(d->held[i]);
	flatten_free(d->flatten);
	outs_free(d->outs);
	rows_free(d->rows);
	if (d->w != NULL)
		stream_writer_free(d->w);
	view_free(d->view);
	domain_free(d->domain);
	buf_free(&d->key);
	buf_free(&d->root);
	fault_list_free(d->faults);
	free(d);
}
