/* rrc-decode: a file by a layout and a view, to streams. */

#include "rrc/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/flatten.h"
#include "rrc/outs.h"
#include "rrc/rows.h"
#include "rrc/view.h"
#include "stream/reject.h"
#include "stream/writer.h"

struct decode {
	const struct decode_options *o;
	const struct layout *l;
	struct charset charset;
	struct framer *framer;
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
	uint64_t needs, uses; /* sets of segments: to be looked into; that make rows */
	int8_t ids[1 << 16];  /* record id -> segment, -1 for none */
};

/* The record id's one or two bytes at ${p} as an index into the ids table, first byte high. */
static unsigned
decode_id(const struct layout *l, const unsigned char *p)
{

	return (l->id_width == 1 ? p[0] : (unsigned)p[0] << 8 | p[1]);
}

/* Fill the table from record id, encoded in the file's character set, to segment index. */
static void
decode_index(struct decode *d)
{
	unsigned char id[2];
	size_t i;

	memset(d->ids, -1, sizeof(d->ids));
	for (i = 0; i < d->l->nsegments; i++) {
		(void)charset_encode(&d->charset, d->l->segments[i].id, id, sizeof(id));
		d->ids[decode_id(d->l, id)] = (int8_t)i;
	}
}

/* Compile the view and open the one stream that its flattened rows go to. */
static int
decode_open_view(struct decode *d, struct err *e)
{
	const struct stream_header h = { d->book.dataset, d->o->source, d->o->run, NULL, NULL };
	struct flatten_out out = { NULL, d->rejects, d->faults, &d->book };
	struct stream_header header = h;
	char kind[BOOK_DATASET_SIZE + 8];
	const char **columns;
	size_t n;

	if ((d->view = view_new(d->l, d->o->view, &d->charset, e)) == NULL)
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

	d->rows = rows_new(d->l, &d->charset);
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

/* How long a line may be that begins like this one. */
static size_t
decode_limit(const void *cookie, const unsigned char *p, size_t len)
{
	const struct decode *d = cookie;
	int i = len >= d->l->id_at + d->l->id_width ? d->ids[decode_id(d->l, p + d->l->id_at)] : -1;

	return (i < 0 ? 0 : d->l->segments[i].length);
}

/* Open the input, tell its character set, open rejects and output, and note which segments these
 * need. */
static int
decode_open(struct decode *d, const struct decode_input *in, struct err *e)
{
	const struct stream_header of = { "rrc", d->o->source, d->o->run, NULL, NULL };
	const unsigned char *head;
	enum charset_id id;
	size_t len, i;
	int rc;

	d->l = d->o->layout;
	book_init(&d->book, "rrc-decode");
	book_init(&d->rejected, "rrc-decode");
	(void)snprintf(d->book.config_sha256, sizeof(d->book.config_sha256), "%s",
	    conf_sha256(d->l->conf));
	d->faults = fault_list_new();
	if ((d->framer = frame_open(&in->frames, d->l->length, e)) == NULL)
		return (-1);
	head = frame_head(d->framer, &len);
	if (probe_head(d->l, d->o->source, head, len, d->o->encoding, &id, e))
		return (-1);
	charset_init(&d->charset, id);
	frame_set(d->framer, &d->charset);
	if (d->l->continued >= 0)
		frame_join(d->framer, (unsigned char)d->l->continued, decode_limit, d);
	decode_index(d);
	d->rejects = reject_open(d->o->rejects, &of, &d->book, e);
	if (d->rejects == NULL)
		return (-1);
	reject_form(d->rejects, id == CHARSET_ASCII ? "lines" : "records", d->l->name, NULL, 0);
	rc = d->o->view != NULL ? decode_open_view(d, e) : decode_open_rows(d, e);
	if (rc)
		return (-1);
	for (i = 0; i < d->l->nsegments; i++) {
		bool root = d->l->segments[i].parent < 0;

		if (d->view != NULL ? flatten_needs(d->flatten, i) : root || rows_needs(d->rows, i))
			d->needs |= d->l->segments[i].bit;
		if (d->view != NULL ? flatten_uses(d->flatten, i) : rows_writes(d->rows, i))
			d->uses |= d->l->segments[i].bit;
	}
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
	frame_pad(d->framer, &whole);
	if (flatten_name(d->flatten, whole.p, &d->key, &ignored)) {
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

/* A record whose length is wrong.  Return true if so, with the fault noted. */
static bool
decode_length_bad(struct decode *d, const struct layout_segment *s, const struct frame *fr)
{
	const bool lines = d->charset.id == CHARSET_ASCII;

	if (fr->cut && lines)
		fault_add(d->faults, "short_record", NULL, NULL, 0,
		    "the file ends without a line end, %zu bytes into the record", fr->full);
	else if (fr->cut)
		fault_add(d->faults, "short_record", NULL, NULL, 0,
		    "the file ends after %zu of the record's %zu bytes", fr->full, d->l->length);
	else if (fr->full < d->l->id_at + d->l->id_width)
		fault_add(d->faults, "short_record", NULL, NULL, 0,
		    "the line has %zu bytes, no whole record id", fr->full);
	else if (lines && fr->full > (s != NULL ? s->length : d->l->length))
		fault_add(d->faults, "long_record", NULL, NULL, 0,
		    "the line has %zu bytes, the record %zu", fr->full,
		    s != NULL ? s->length : d->l->length);
	else
		return (false);
	return (true);
}

/*
 * A record that is of no known segment, or has not the length of one.  Whatever was
 * open is closed: if it was a root, the records that follow are not the last root's.
 */
static int
decode_stray(struct decode *d, const struct layout_segment *s, const struct frame *fr,
    struct err *e)
{
	char show[8];
	size_t n;

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
	if (!decode_length_bad(d, s, fr)) {
		n = charset_show(&d->charset, fr->p + d->l->id_at, d->l->id_width, show);
		fault_add(d->faults, "unknown_record_id", NULL, show, n,
		    "layout %s has no such record", d->l->name);
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

	frame_pad(d->framer, fr);
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

/* Read to the end and pass each record on, keeping track of open and rejected parents; 0 or -1. */
static int
decode_records(struct decode *d, struct err *e)
{
	const struct layout *l = d->l;
	const struct layout_segment *s;
	const bool lines = d->charset.id == CHARSET_ASCII;
	const size_t id_end = l->id_at + l->id_width;
	struct frame fr;
	int rc, i;

	while ((rc = frame_next(d->framer, &fr, e)) == 1) {
		d->book.read++;
		i = fr.len >= id_end ? d->ids[decode_id(l, fr.p + l->id_at)] : -1;
		s = i < 0 ? NULL : &l->segments[i];
		/* A last line that is as long as its record lacks its line end only. */
		if (s != NULL && fr.cut && lines && fr.full == s->length)
			fr.cut = false;
		if (s == NULL || fr.cut || (lines && fr.full > s->length)) {
			if (decode_stray(d, s, &fr, e))
				return (-1);
			continue;
		}
		if (s->parent >= 0 &&
		    ((d->open & l->segments[s->parent].bit) == 0 || (d->bad & s->ancestors) != 0)) {
			if (decode_lost(d, s, &fr, e))
				return (-1);
			continue;
		}
		d->open = (d->open & s->ancestors) | s->bit;
		d->bad &= s->ancestors;
		if ((d->needs & s->bit) == 0) {
			d->book.skipped++;
			d->consecutive = 0;
			continue;
		}
		if (decode_take(d, (size_t)i, &fr, e))
			return (-1);
		if ((d->bad & s->bit) == 0)
			d->consecutive = 0;
	}
	return (rc);
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

/* Write the last row, close the reject file, judge the whole input, and only then seal the output.
 */
static int
decode_finish(struct decode *d, const struct decode_input *in, struct err *e)
{
	struct reject_writer *rejects = d->rejects;

	if (d->flatten != NULL && flatten_end(d->flatten, e))
		return (-1);
	in->sha256(in->frames.cookie, d->book.source_sha256);
	if (d->rows != NULL)
		d->book.rows = d->book.used;
	d->rejects = NULL;
	if (reject_close(rejects, e) || decode_judge(d, e))
		return (-1);
	if (d->outs != NULL)
		return (outs_seal(d->outs, &d->book, &d->rejected, e));
	return (stream_writer_seal(d->w, NULL, 0, &d->book, e));
}

/* Free ${d} with all that it holds; a reject file still open stays under its partial name. */
static void
decode_close(struct decode *d)
{

	if (d->rejects != NULL)
		reject_abandon(d->rejects);
	flatten_free(d->flatten);
	outs_free(d->outs);
	rows_free(d->rows);
	if (d->w != NULL)
		stream_writer_free(d->w);
	view_free(d->view);
	frame_close(d->framer);
	buf_free(&d->key);
	fault_list_free(d->faults);
	free(d);
}

int
decode_run(const struct decode_options *o, const struct decode_input *in,
    void (*each)(void *cookie, const char *name, const struct book *book), void *cookie,
    struct err *e)
{
	struct decode *d = xcalloc(1, sizeof(*d));
	int rc;

	d->o = o;
	d->key.max = LAYOUT_MAX_RECORD;
	rc = decode_open(d, in, e);
	if (rc == 0)
		rc = decode_records(d, e);
	if (rc == 0)
		rc = decode_finish(d, in, e);
	if (rc == 0 && d->outs != NULL)
		outs_each(d->outs, each, cookie);
	else if (rc == 0)
		each(cookie, o->fd_name, &d->book);
	decode_close(d);
	return (rc);
}
