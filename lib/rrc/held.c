/* Rows that other files' rows belong to. */

#include "rrc/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/trim.h"

/* A row in the arena: its key, its spans, its bytes. */
struct held_row {
	size_t key, keylen;
	size_t spans, text;
	uint64_t number, offset;
};

struct held {
	const struct layout_segment *child, *parent;
	struct held_row *rows;
	size_t n, cap;
	struct buf arena; /* keys and bytes */
	struct span *spans;
	size_t nspans, spans_cap;
	struct buf key; /* that is asked for */
	bool sorted;
};

struct held *
held_new(const struct layout *l, size_t child)
{
	struct held *h = xcalloc(1, sizeof(*h));

	h->child = &l->segments[child];
	h->parent = &l->segments[h->child->parent];
	h->arena.max = HELD_MAX;
	h->key.max = 2 * l->length + 64;
	return (h);
}

/* Append the values of ${fields} to ${out}, without the spaces around them, a byte 0x1f after each. */
static int
held_key(const struct layout_segment *s, const size_t *fields, size_t n, const struct frame *fr,
    struct buf *out, struct err *e)
{
	const struct record rec = frame_record(fr);
	const char *p;
	size_t i, len;

	for (i = 0; i < n; i++) {
		p = (const char *)record_field(&rec, &s->fields[fields[i]], &len);
		p = trim_spaces(p, &len);
		if (buf_add(out, p, len, e) || buf_add(out, "\x1f", 1, e))
			return (-1);
	}
	return (0);
}

int
held_add(struct held *h, const struct frame *fr, struct err *e)
{
	const struct record rec = frame_record(fr);
	struct held_row *r;
	size_t i, len;
	const unsigned char *p;

	if (h->n == h->cap)
		h->rows = xgrow(h->rows, &h->cap, sizeof(*h->rows));
	r = &h->rows[h->n];
	r->number = fr->number;
	r->offset = fr->offset;
	r->key = h->arena.len;
	if (held_key(h->parent, h->child->upper, h->child->nby, fr, &h->arena, e))
		return (-1);
	r->keylen = h->arena.len - r->key;
	r->text = h->arena.len;
	r->spans = h->nspans;
	for (i = 0; i < h->parent->nfields; i++) {
		if (h->nspans == h->spans_cap)
			h->spans = xgrow(h->spans, &h->spans_cap, sizeof(*h->spans));
		p = record_field(&rec, &h->parent->fields[i], &len);
		h->spans[h->nspans].at = (uint32_t)(h->arena.len - r->text);
		h->spans[h->nspans++].len = (uint32_t)len;
		if (buf_add(&h->arena, p, len, e))
			return (-1);
	}
	h->n++;
	h->sorted = false;
	return (0);
}

/* The arena, for the two functions that qsort(3) and bsearch(3) call. */
static _Thread_local const char *held_arena;

/* Order of two rows: by key, then as they came. */
static int
held_order(const void *a, const void *b)
{
	const struct held_row *x = a, *y = b;
	const size_t n = x->keylen < y->keylen ? x->keylen : y->keylen;
	int c = memcmp(held_arena + x->key, held_arena + y->key, n);

	if (c == 0 && x->keylen != y->keylen)
		c = x->keylen < y->keylen ? -1 : 1;
	if (c == 0 && x->number != y->number)
		c = x->number < y->number ? -1 : 1;
	return (c);
}

/* The first row with the key ${p}, or NULL. */
static const struct held_row *
held_first(const struct held *h, const char *p, size_t n)
{
	size_t low = 0, high = h->n, mid, less;
	int c;

	while (low < high) {
		const struct held_row *r = &h->rows[mid = low + (high - low) / 2];

		less = r->keylen < n ? r->keylen : n;
		c = memcmp(h->arena.p + r->key, p, less);
		if (c < 0 || (c == 0 && r->keylen < n))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == h->n || h->rows[low].keylen != n ||
	    memcmp(h->arena.p + h->rows[low].key, p, n) != 0)
		return (NULL);
	return (&h->rows[low]);
}

bool
held_find(struct held *h, const struct frame *fr, struct frame *out)
{
	const struct held_row *r;
	struct err ignored = ERR_INIT;

	if (!h->sorted) {
		held_arena = h->arena.p;
		if (h->n > 0)
			qsort(h->rows, h->n, sizeof(*h->rows), held_order);
		h->sorted = true;
	}
	h->key.len = 0;
	if (held_key(h->child, h->child->by, h->child->nby, fr, &h->key, &ignored) ||
	    (r = held_first(h, h->key.p, h->key.len)) == NULL)
		return (false);
	memset(out, 0, sizeof(*out));
	out->text = (const unsigned char *)h->arena.p + r->text;
	out->spans = h->spans + r->spans;
	out->p = out->text;
	out->number = r->number;
	out->offset = r->offset;
	return (true);
}

void
held_free(struct held *h)
{

	if (h == NULL)
		return;
	free(h->rows);
	free(h->spans);
	buf_free(&h->arena);
	buf_free(&h->key);
	free(h);
}
