/* A view over a hierarchy of records: one row for each root. */

#include "rrc/flatten.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* A kept record. */
struct flatten_slot {
	unsigned char *p; /* a record's length, and FRAME_SLACK */
	uint64_t number, offset;
	bool full;
};

struct flatten {
	const struct layout *l;
	const struct view *v;
	struct flatten_out out;
	struct flatten_slot *slots;
	uint64_t *seen;   /* records of each segment in the present row */
	uint64_t outer;   /* set: the row's own segment and those above it */
	uint64_t closing; /* set: segments whose records end a row */
	bool pending;     /* a row is being made */
	char *text;
	unsigned char *raw; /* the records of a row, for the reject file */
	struct fault_list *named;
};

struct flatten *
flatten_new(const struct layout *l, const struct view *v, const struct flatten_out *out)
{
	struct flatten *fl = xcalloc(1, sizeof(*fl));
	const struct layout_segment *own = &l->segments[v->rows];
	size_t i;

	fl->l = l;
	fl->v = v;
	fl->out = *out;
	fl->outer = own->ancestors | own->bit;
	for (i = 0; i < l->nsegments; i++)
		if ((l->segments[i].ancestors & own->bit) == 0)
			fl->closing |= l->segments[i].bit;
	fl->slots = xcalloc(v->nslots, sizeof(*fl->slots));
	for (i = 0; i < v->nslots; i++)
		fl->slots[i].p = xcalloc(1, l->length + FRAME_SLACK);
	fl->seen = xcalloc(l->nsegments, sizeof(*fl->seen));
	fl->text = xcalloc(1, v->size + 64);
	fl->raw = xcalloc(v->nslots, l->length);
	fl->named = fault_list_new();
	return (fl);
}

const char **
flatten_columns(const struct view *v, size_t *n)
{
	const char **names = xcalloc(v->ncolumns + 2, sizeof(*names));
	size_t i;

	names[0] = "_record";
	names[1] = "_offset";
	for (i = 0; i < v->ncolumns; i++)
		names[i + 2] = v->columns[i].name;
	*n = v->ncolumns + 2;
	return (names);
}

bool
flatten_needs(const struct flatten *fl, size_t segment)
{

	return (((fl->v->used | fl->closing) & fl->l->segments[segment].bit) != 0);
}

bool
flatten_uses(const struct flatten *fl, size_t segment)
{

	return (
	    ((fl->v->used | fl->l->segments[fl->v->rows].bit) & fl->l->segments[segment].bit) != 0);
}

/* Whether a slot before ${slot} holds the same record, so that it is not counted or written twice.
 */
static bool
flatten_same(const struct flatten *fl, size_t slot)
{
	size_t i;

	for (i = 0; i < slot; i++)
		if (fl->slots[i].full && fl->slots[i].number == fl->slots[slot].number)
			return (true);
	return (false);
}

/* What became of the records below the row's own. */
static void
flatten_settle(struct flatten *fl)
{
	uint64_t kept = 0, counted = 0, all = 0;
	size_t i;

	for (i = 0; i < fl->l->nsegments; i++) {
		const uint64_t bit = fl->l->segments[i].bit;

		all += fl->seen[i];
		if ((fl->v->counted & bit) != 0)
			counted += fl->seen[i];
		fl->seen[i] = 0;
	}
	for (i = 0; i < fl->v->nslots; i++) {
		const uint64_t bit = fl->l->segments[fl->v->slots[i].segment].bit;

		if ((fl->outer & bit) != 0)
			continue;
		if (fl->slots[i].full && (fl->v->counted & bit) == 0 && !flatten_same(fl, i))
			kept++;
		fl->slots[i].full = false;
	}
	fl->out.book->used += kept + counted;
	fl->out.book->skipped += all - kept - counted;
}

/* A row went through with faults in it: all its records go to the reject file. */
static int
flatten_flaw(struct flatten *fl, struct err *e)
{
	const struct reject_at at = { fl->slots[0].number, fl->slots[0].offset, "", 0 };
	size_t i, n = 0;

	for (i = 0; i < fl->v->nslots; i++) {
		if (!fl->slots[i].full || flatten_same(fl, i))
			continue;
		memcpy(fl->raw + n, fl->slots[i].p, fl->l->length);
		n += fl->l->length;
	}
	if (reject_put(fl->out.rejects, false, &at, fl->out.faults, fl->raw, n, e))
		return (-1);
	fault_clear(fl->out.faults);
	return (0);
}

int
flatten_end(struct flatten *fl, struct err *e)
{
	struct stream_writer *w = fl->out.w;
	size_t i, len = 0;

	if (!fl->pending)
		return (0);
	fl->pending = false;
	stream_writer_u64(w, fl->slots[0].number);
	stream_writer_u64(w, fl->slots[0].offset);
	for (i = 0; i < fl->v->ncolumns; i++) {
		const struct view_column *col = &fl->v->columns[i];
		enum value_result res = VALUE_NULL;

		if (col->count >= 0) {
			stream_writer_u64(w, fl->seen[col->count]);
			continue;
		}
		if (fl->slots[col->slot].full)
			res = value_eval(col->value, fl->slots[col->slot].p, fl->text, &len,
			    col->name, NULL, fl->out.faults);
		if (res == VALUE_PLAIN)
			stream_writer_plain(w, fl->text, len);
		else if (res == VALUE_TEXT)
			stream_writer_text(w, fl->text, len);
		else
			stream_writer_null(w);
	}
	if (stream_writer_end_row(w, e))
		return (-1);
	fl->out.book->rows++;
	if (fault_count(fl->out.faults) > 0 && flatten_flaw(fl, e))
		return (-1);
	flatten_settle(fl);
	return (0);
}

/* Is the key of the row that begins good?  If not, collect all that is wrong so far. */
static bool
flatten_key_good(struct flatten *fl)
{
	size_t i, pass, len;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < fl->v->ncolumns; i++) {
			const struct view_column *col = &fl->v->columns[i];

			if (col->count >= 0 || col->key != (pass == 0) ||
			    (fl->l->segments[fl->v->slots[col->slot].segment].bit & fl->outer) ==
				0 ||
			    !fl->slots[col->slot].full)
				continue;
			(void)value_eval(col->value, fl->slots[col->slot].p, fl->text, &len,
			    col->name, pass == 0 ? "bad_key" : NULL, fl->out.faults);
		}
		if (fault_count(fl->out.faults) == 0)
			return (true);
	}
	return (false);
}

bool
flatten_name(struct flatten *fl, const unsigned char *rec, struct buf *out, struct err *e)
{
	size_t i, len;
	bool named = false;

	out->len = 0;
	for (i = 0; i < fl->v->ncolumns; i++) {
		const struct view_column *col = &fl->v->columns[i];
		enum value_result res;

		if (!col->key)
			continue;
		if (col->count >= 0 || fl->v->slots[col->slot].segment != fl->v->rows)
			return (false);
		res = value_eval(col->value, rec, fl->text, &len, col->name, NULL, fl->named);
		if (res == VALUE_NULL || fault_count(fl->named) > 0 ||
		    (named && buf_add(out, "-", 1, e)) || buf_add(out, fl->text, len, e)) {
			fault_clear(fl->named);
			return (false);
		}
		named = true;
	}
	return (named);
}

/* Copy the record into each slot of the view that asks for it: by its number or as the last. */
static void
flatten_keep(struct flatten *fl, size_t segment, const struct frame *fr)
{
	size_t i;

	for (i = 0; i < fl->v->nslots; i++) {
		const struct view_slot *vs = &fl->v->slots[i];
		struct flatten_slot *slot = &fl->slots[i];

		if (vs->segment != segment ||
		    (vs->nth != VIEW_LAST && vs->nth != fl->seen[segment]))
			continue;
		memcpy(slot->p, fr->p, fl->l->length);
		slot->number = fr->number;
		slot->offset = fr->offset;
		slot->full = true;
	}
}

enum flatten_result
flatten_take(struct flatten *fl, size_t segment, const struct frame *fr, struct err *e)
{
	const uint64_t bit = fl->l->segments[segment].bit;

	if ((fl->closing & bit) != 0 && flatten_end(fl, e))
		return (FLATTEN_FAILED);
	/* Only what is below the row is counted for it. */
	if ((fl->closing & bit) == 0)
		fl->seen[segment]++;
	flatten_keep(fl, segment, fr);
	if (segment == fl->v->rows) {
		if (!flatten_key_good(fl))
			return (FLATTEN_REJECTED);
		fl->pending = true;
		fl->out.book->used++;
	} else if ((fl->closing & bit) != 0) {
		/* Above the row, or beside it. */
		if (flatten_uses(fl, segment))
			fl->out.book->used++;
		else
			fl->out.book->skipped++;
	}
	return (FLATTEN_TAKEN);
}

void
flatten_free(struct flatten *fl)
{
	size_t i;

	if (fl == NULL)
		return;
	for (i = 0; i < fl->v->nslots; i++)
		free(fl->slots[i].p);
	free(fl->slots);
	free(fl->seen);
	free(fl->text);
	free(fl->raw);
	fault_list_free(fl->named);
	free(fl);
}
