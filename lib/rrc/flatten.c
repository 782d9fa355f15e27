/* A view over a hierarchy of records: one row for each of a segment's. */

#include "rrc/flatten.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/persons.h"

enum {
	FLATTEN_RAW_MAX = 1 << 20,      /* bytes of a row's records in the reject file */
	FLATTEN_COPY_MAX = 1 << 20,     /* of a record */
	FLATTEN_GATHERED_MAX = 64 << 10 /* of faulty records that were collected */
};

/* A kept record: where it is read, in the input's block or copied. */
struct flatten_slot {
	struct record rec;
	struct buf copy, raw;
	struct span *spans; /* of the copy */
	const void *own;    /* the record as it stood */
	size_t ownlen;
	uint64_t number, offset;
	uint64_t seen; /* records that count in the present row */
	bool full;
};

/* A column of the key: its value from the row's begin. */
struct flatten_key {
	size_t column;
	bool known;
	enum value_result res;
	char *text;
	size_t len;
};

struct flatten {
	const struct layout *l;
	const struct view *v;
	struct flatten_out out;
	struct flatten_slot *slots;
	uint64_t *seen;   /* records of each segment in the present row */
	uint64_t outer;   /* set: the row's own segment and those above it */
	uint64_t closing; /* set: segments whose records end a row */
	bool direct;      /* a row is whole with its own record */
	bool pending;     /* a row is being made */
	char *text;
	struct flatten_key *keys;
	size_t nkeys;
	struct buf raw;                    /* the records of a row, for the reject file */
	struct buf bad;                    /* faulty ones that were collected */
	struct fault_list *faults, *named; /* of the row; of a name */
};

struct flatten *
flatten_new(const struct layout *l, const struct view *v, const struct flatten_out *out)
{
	struct flatten *fl = xcalloc(1, sizeof(*fl));
	const struct layout_segment *own = &l->segments[v->rows];
	size_t i, most = 1;

	fl->l = l;
	fl->v = v;
	fl->out = *out;
	fl->outer = own->ancestors | own->bit;
	for (i = 0; i < l->nsegments; i++) {
		if ((l->segments[i].ancestors & own->bit) == 0)
			fl->closing |= l->segments[i].bit;
		if (l->segments[i].nfields > most)
			most = l->segments[i].nfields;
	}
	fl->slots = xcalloc(v->nslots, sizeof(*fl->slots));
	fl->direct = true;
	for (i = 0; i < v->nslots; i++) {
		fl->slots[i].copy.max = fl->slots[i].raw.max = FLATTEN_COPY_MAX;
		fl->slots[i].spans = xcalloc(most, sizeof(struct span));
		if ((l->segments[v->slots[i].segment].bit & fl->outer) == 0)
			fl->direct = false;
	}
	fl->seen = xcalloc(l->nsegments, sizeof(*fl->seen));
	fl->text = xcalloc(1, v->size + 64);
	fl->keys = xcalloc(v->ncolumns, sizeof(*fl->keys));
	for (i = 0; i < v->ncolumns; i++)
		if (v->columns[i].key)
			fl->keys[fl->nkeys++] =
			    (struct flatten_key){ .column = i, .text = xcalloc(1, v->size + 64) };
	fl->raw.max = FLATTEN_RAW_MAX;
	fl->bad.max = FLATTEN_GATHERED_MAX;
	fl->faults = fault_list_new();
	fl->named = fault_list_new();
	fault_list_persons(fl->faults, persons_has, l, persons_key(l, v->name));
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

/* Does the slot keep a record, not only count or collect? */
static bool
flatten_keeps(const struct flatten *fl, size_t slot)
{

	return (fl->v->slots[slot].collect == NULL && fl->v->slots[slot].nth != VIEW_COUNT);
}

/* Whether a slot before ${slot} holds the same record, so that it is not counted or written twice.
 */
static bool
flatten_same(const struct flatten *fl, size_t slot)
{
	size_t i;

	for (i = 0; i < slot; i++)
		if (fl->slots[i].full && fl->slots[i].number == fl->slots[slot].number &&
		    fl->v->slots[i].segment == fl->v->slots[slot].segment)
			return (true);
	return (false);
}

/* What became of the records below the row's own. */
static void
flatten_settle(struct flatten *fl)
{
	uint64_t kept = 0, counted = 0, all = 0;
	size_t i;

	if (fl->direct)
		return;
	for (i = 0; i < fl->l->nsegments; i++) {
		const uint64_t bit = fl->l->segments[i].bit;

		all += fl->seen[i];
		if ((fl->v->counted & bit) != 0)
			counted += fl->seen[i];
		fl->seen[i] = 0;
	}
	for (i = 0; i < fl->v->nslots; i++) {
		const uint64_t bit = fl->l->segments[fl->v->slots[i].segment].bit;

		if ((fl->outer & bit) == 0 && fl->slots[i].full && (fl->v->counted & bit) == 0 &&
		    !flatten_same(fl, i))
			kept++;
	}
	for (i = 0; i < fl->v->nslots; i++) {
		fl->slots[i].seen = 0;
		if ((fl->outer & fl->l->segments[fl->v->slots[i].segment].bit) == 0)
			fl->slots[i].full = false;
	}
	fl->out.book->used += kept + counted;
	fl->out.book->skipped += all - kept - counted;
}

/* Append a record to those of the row; lines are apart by an LF. */
static int
flatten_raw(struct flatten *fl, const void *p, size_t len, struct err *e)
{

	if (fl->l->form != LAYOUT_RECORDS && fl->raw.len > 0 && buf_add(&fl->raw, "\n", 1, e))
		return (-1);
	return (buf_add(&fl->raw, p, len, e));
}

/* A row went through with faults in it: its records go to the reject file, as far as they fit. */
static int
flatten_flaw(struct flatten *fl, struct err *e)
{
	const struct reject_at at = { fl->slots[0].number, fl->slots[0].offset, "", 0 };
	struct err enough = ERR_INIT;
	size_t i;

	fl->raw.len = 0;
	for (i = 0; i < fl->v->nslots; i++)
		if (fl->slots[i].full && flatten_keeps(fl, i) && !flatten_same(fl, i) &&
		    flatten_raw(fl, fl->slots[i].own, fl->slots[i].ownlen, &enough))
			break;
	if (fl->bad.len > 0)
		(void)flatten_raw(fl, fl->bad.p, fl->bad.len, &enough);
	if (reject_put(fl->out.rejects, false, &at, fl->faults, fl->raw.p, fl->raw.len, e))
		return (-1);
	fault_clear(fl->faults);
	fl->bad.len = 0;
	return (0);
}

int
flatten_end(struct flatten *fl, struct err *e)
{
	struct stream_writer *w = fl->out.w;
	size_t i, len = 0, nkeys = 0;

	if (!fl->pending)
		return (0);
	fl->pending = false;
	stream_writer_u64(w, fl->slots[0].number);
	stream_writer_u64(w, fl->slots[0].offset);
	for (i = 0; i < fl->v->ncolumns; i++) {
		const struct view_column *col = &fl->v->columns[i];
		const struct flatten_key *k = col->key ? &fl->keys[nkeys++] : NULL;
		enum value_result res = VALUE_NULL;
		const char *text = fl->text;

		if (col->count >= 0) {
			stream_writer_u64(w, fl->slots[col->count].seen);
			continue;
		}
		if (col->collect != NULL) {
			collect_put(col->collect, w, fl->faults);
			continue;
		}
		if (k != NULL && k->known) {
			res = k->res;
			text = k->text;
			len = k->len;
		} else if (fl->slots[col->slot].full) {
			const struct record *rec = &fl->slots[col->slot].rec;

			res = col->stands && value_stands(col->value, rec, &text, &len) ?
			    VALUE_PLAIN :
			    value_eval(col->value, rec, fl->text, &len, col->name, NULL,
				fl->faults);
		}
		if (res == VALUE_PLAIN)
			stream_writer_plain(w, text, len);
		else if (res == VALUE_TEXT)
			stream_writer_text(w, text, len);
		else
			stream_writer_null(w);
	}
	if (stream_writer_end_row(w, e))
		return (-1);
	fl->out.book->rows++;
	if (fl->out.watch != NULL)
		fl->out.watch->row(fl->out.watch->cookie, fl->slots[0].offset);
	if (fault_count(fl->faults) > 0 && flatten_flaw(fl, e))
		return (-1);
	flatten_settle(fl);
	return (0);
}

/* Is the column's record there when the row begins? */
static bool
flatten_early(const struct flatten *fl, const struct view_column *col)
{

	return (col->value != NULL && fl->slots[col->slot].full &&
	    (fl->l->segments[fl->v->slots[col->slot].segment].bit & fl->outer) != 0);
}

/*
 * Is the key of the row that begins good?  Its values are kept for the row's end.  If it is not, collect
 * all that is wrong so far.
 */
static bool
flatten_key_good(struct flatten *fl)
{
	size_t i, len;

	for (i = 0; i < fl->nkeys; i++) {
		struct flatten_key *k = &fl->keys[i];
		const struct view_column *col = &fl->v->columns[k->column];

		k->known = flatten_early(fl, col);
		if (k->known)
			k->res = value_eval(col->value, &fl->slots[col->slot].rec, k->text, &k->len,
			    col->name, "bad_key", fl->out.faults);
	}
	if (fault_count(fl->out.faults) == 0)
		return (true);
	for (i = 0; i < fl->v->ncolumns; i++) {
		const struct view_column *col = &fl->v->columns[i];

		if (!col->key && flatten_early(fl, col))
			(void)value_eval(col->value, &fl->slots[col->slot].rec, fl->text, &len,
			    col->name, NULL, fl->out.faults);
	}
	return (false);
}

bool
flatten_name(struct flatten *fl, const struct frame *fr, struct buf *out, struct err *e)
{
	const struct record own = frame_record(fr);
	size_t i, len;
	bool named = false;

	out->len = 0;
	/* A row of text that could not be cut has no values. */
	if (fl->l->form != LAYOUT_RECORDS && own.spans == NULL)
		return (false);
	for (i = 0; i < fl->v->ncolumns; i++) {
		const struct view_column *col = &fl->v->columns[i];
		const bool mine = col->slot == 0;
		enum value_result res = VALUE_NULL;

		if (!col->key)
			continue;
		if (mine || fl->slots[col->slot].full)
			res = value_eval(col->value, mine ? &own : &fl->slots[col->slot].rec,
			    fl->text, &len, col->name, NULL, fl->named);
		if (res == VALUE_NULL || fault_count(fl->named) > 0 ||
		    (named && buf_add(out, "-", 1, e)) || buf_add(out, fl->text, len, e)) {
			fault_clear(fl->named);
			return (false);
		}
		named = true;
	}
	return (named);
}

/* Let the slot be the record where it is now. */
static void
flatten_point(struct flatten_slot *slot, const struct frame *fr)
{

	slot->rec = frame_record(fr);
	slot->own = fr->p;
	slot->ownlen = fr->len;
	slot->number = fr->number;
	slot->offset = fr->offset;
	slot->full = true;
}

/* Copy what the slot points to, which the next read would overwrite. */
static int
flatten_copy(const struct flatten *fl, struct flatten_slot *slot, size_t segment, struct err *e)
{
	const size_t n = fl->l->segments[segment].nfields;
	size_t i, end = slot->ownlen;

	for (i = 0; slot->rec.spans != NULL && i < n; i++) {
		slot->spans[i] = slot->rec.spans[i];
		if (slot->spans[i].at + slot->spans[i].len > end)
			end = slot->spans[i].at + slot->spans[i].len;
	}
	slot->copy.len = slot->raw.len = 0;
	/* Values without places: their text may be another than the record as it stood. */
	if (slot->rec.spans != NULL && slot->rec.p != slot->own) {
		if (buf_add(&slot->raw, slot->own, slot->ownlen, e))
			return (-1);
		slot->own = slot->raw.p;
		end = 0;
		for (i = 0; i < n; i++)
			if (slot->spans[i].at + slot->spans[i].len > end)
				end = slot->spans[i].at + slot->spans[i].len;
	}
	if (buf_reserve(&slot->copy, end + FRAME_SLACK, e) ||
	    buf_add(&slot->copy, slot->rec.p, end, e))
		return (-1);
	if (slot->own != slot->raw.p || slot->raw.len == 0)
		slot->own = slot->copy.p;
	slot->rec.p = (const unsigned char *)slot->copy.p;
	if (slot->rec.spans != NULL)
		slot->rec.spans = slot->spans;
	return (0);
}

/* A record that is collected; a faulty one is kept for the reject file, as far as there is room. */
static void
flatten_gather(struct flatten *fl, struct collect *g, const struct frame *fr)
{
	const struct record rec = frame_record(fr);
	const size_t before = fault_count(fl->faults);
	struct err enough = ERR_INIT;

	collect_add(g, &rec, fl->faults);
	if (fault_count(fl->faults) > before)
		(void)buf_add(&fl->bad, fr->p, fr->len, &enough);
}

/* Tell who watches that the slot takes the record. */
static void
flatten_show(const struct flatten *fl, size_t slot, const struct frame *fr)
{

	if (fl->out.watch != NULL)
		fl->out.watch->record(fl->out.watch->cookie, slot, fr);
}

/* Let each slot of the view that asks for the record have it. */
static int
flatten_keep(struct flatten *fl, size_t segment, const struct frame *fr, struct err *e)
{
	const struct record rec = frame_record(fr);
	const bool passing = fl->direct && segment == fl->v->rows;
	size_t i;

	for (i = 0; i < fl->v->nslots; i++) {
		const struct view_slot *vs = &fl->v->slots[i];
		struct flatten_slot *slot = &fl->slots[i];

		if (vs->segment != segment || (vs->within >= 0 && fl->seen[vs->within] != 1) ||
		    !condition_holds(vs->where, &rec))
			continue;
		slot->seen++;
		if (vs->collect != NULL)
			flatten_gather(fl, vs->collect, fr);
		if (!flatten_keeps(fl, i)) {
			flatten_show(fl, i, fr);
			continue;
		}
		if (vs->nth != VIEW_LAST && (uint64_t)vs->nth != slot->seen)
			continue;
		flatten_show(fl, i, fr);
		flatten_point(slot, fr);
		if (!passing && flatten_copy(fl, slot, segment, e))
			return (-1);
	}
	return (0);
}

void
flatten_above(struct flatten *fl, size_t segment, const struct frame *fr)
{
	size_t i;

	for (i = 0; i < fl->v->nslots; i++)
		if (fl->v->slots[i].segment == segment) {
			flatten_show(fl, i, fr);
			flatten_point(&fl->slots[i], fr);
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
	if (flatten_keep(fl, segment, fr, e))
		return (FLATTEN_FAILED);
	if (segment == fl->v->rows) {
		if (!flatten_key_good(fl))
			return (FLATTEN_REJECTED);
		fl->pending = true;
		fl->out.book->used++;
		if (fl->direct && flatten_end(fl, e))
			return (FLATTEN_FAILED);
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
	for (i = 0; i < fl->v->nslots; i++) {
		buf_free(&fl->slots[i].copy);
		buf_free(&fl->slots[i].raw);
		free(fl->slots[i].spans);
	}
	free(fl->slots);
	free(fl->seen);
	free(fl->text);
	for (i = 0; i < fl->nkeys; i++)
		free(fl->keys[i].text);
	free(fl->keys);
	buf_free(&fl->raw);
	buf_free(&fl->bad);
	fault_list_free(fl->faults);
	fault_list_free(fl->named);
	free(fl);
}
