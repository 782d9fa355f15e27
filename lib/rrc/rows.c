/* Segments as they stand, one row a record. */

#include "rrc/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/choice.h"
#include "rrc/number.h"

/* How to read a field; the commonest kinds have a path of their own. */
enum rows_op {
	OP_BYTE,
	OP_TEXT,
	OP_DIGITS8,
	OP_DIGITS16,
	OP_DIGITS,
	OP_ZONED,
	OP_PACKED,
	OP_BINARY
};

/* What came of a field. */
enum rows_cell {
	CELL_NULL,
	CELL_PLAIN,
	CELL_TEXT,
	CELL_BAD_CHARACTER,
	CELL_BAD_DIGITS,
	CELL_BAD_SIGN,
	CELL_TOO_LONG
};

struct rows_field {
	enum rows_op op;
	unsigned decimals;
	size_t at, width;
	uint64_t mask[2]; /* OP_DIGITS8, OP_DIGITS16: the bytes that are the field's */
	struct choice choice;
	const struct layout_field *f;
};

/* A key field of the record of a segment that is open now. */
struct rows_key {
	const struct rows_field *field;
	enum rows_cell cell;
	size_t len, rawlen;
	char *text;         /* 2 * width + NUMBER_TEXT bytes */
	unsigned char *raw; /* width bytes, for a message */
};

struct rows_segment {
	bool wanted;
	bool above;                /* an ancestor of one that is wanted */
	struct rows_field *fields; /* without groups */
	size_t nfields;
	struct rows_key *key;
	size_t nkey;
	const char **columns;
	char **made; /* names made up here */
	size_t nmade;
};

struct rows {
	const struct layout *l;
	const struct charset *c;
	unsigned char byte[256]; /* enum rows_cell of a text of one byte */
	char *text;              /* one value */
	struct rows_segment *segments;
};

/* Choose the reading operation for the field, a fast one for one byte or up to 16 plain digits. */
static void
rows_compile(const struct rows *r, const struct layout_segment *s, const struct layout_field *f,
    struct rows_field *op)
{

	op->f = f;
	op->at = f->at;
	op->width = f->width;
	op->decimals = f->decimals;
	choice_init(&op->choice, r->c, s, f);
	memset((char *)op->mask, 0xff, f->width < sizeof(op->mask) ? f->width : sizeof(op->mask));
	switch (f->kind) {
	case LAYOUT_CHAR:
	case LAYOUT_GROUP:
		op->op = f->width == 1 ? OP_BYTE : OP_TEXT;
		break;
	case LAYOUT_DIGITS:
		op->op = f->decimals > 0 || f->width > 16 ? OP_DIGITS :
		    f->width > 8                          ? OP_DIGITS16 :
							    OP_DIGITS8;
		break;
	case LAYOUT_ZONED:
		op->op = OP_ZONED;
		break;
	case LAYOUT_PACKED:
		op->op = OP_PACKED;
		break;
	case LAYOUT_BINARY:
		op->op = OP_BINARY;
		break;
	}
}

/* Compile the segment's fields, groups left out, and allocate the buffers that hold its key. */
static void
rows_segment_init(struct rows *r, size_t i)
{
	const struct layout_segment *s = &r->l->segments[i];
	struct rows_segment *rs = &r->segments[i];
	size_t *place = xcalloc(s->nfields, sizeof(*place)), k;

	rs->fields = xcalloc(s->nfields, sizeof(*rs->fields));
	for (k = 0; k < s->nfields; k++) {
		place[k] = rs->nfields;
		if (s->fields[k].kind != LAYOUT_GROUP)
			rows_compile(r, s, &s->fields[k], &rs->fields[rs->nfields++]);
	}
	rs->nkey = s->nkey;
	rs->key = xcalloc(s->nkey, sizeof(*rs->key));
	for (k = 0; k < s->nkey; k++) {
		rs->key[k].field = &rs->fields[place[s->key[k]]];
		rs->key[k].text = xcalloc(2, rs->key[k].field->width + NUMBER_TEXT);
		rs->key[k].raw = xcalloc(1, rs->key[k].field->width);
	}
	free(place);
}

struct rows *
rows_new(const struct layout *l, const struct charset *c)
{
	struct rows *r = xcalloc(1, sizeof(*r));
	size_t i;

	r->l = l;
	r->c = c;
	r->text = xcalloc(2, l->length + NUMBER_TEXT);
	for (i = 0; i < 256; i++) {
		r->byte[i] = CELL_PLAIN;
		if (c->flags[i] & CHARSET_FLAG_BAD)
			r->byte[i] = CELL_BAD_CHARACTER;
		else if (c->flags[i] != 0 || c->latin1[i] == '#' || c->latin1[i] == '\t')
			r->byte[i] = CELL_TEXT;
	}
	r->byte[0] = r->byte[c->blank] = CELL_NULL;
	r->segments = xcalloc(l->nsegments, sizeof(*r->segments));
	for (i = 0; i < l->nsegments; i++)
		rows_segment_init(r, i);
	return (r);
}

/* Whether one of the first ${n} columns is called ${name}. */
static bool
rows_column_taken(const struct rows_segment *rs, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(rs->columns[i], name) == 0)
			return (true);
	return (false);
}

/* The ancestors' keys, outermost first, from column ${n} on.  Return the next one. */
static size_t
rows_key_columns(struct rows *r, size_t segment, struct rows_segment *rs, size_t n)
{
	const struct layout_segment *s = &r->l->segments[segment];
	size_t i, k;

	if (layout_above(s) >= 0)
		n = rows_key_columns(r, (size_t)s->parent, rs, n);
	if (rs == &r->segments[segment])
		return (n);
	r->segments[segment].above = true;
	for (k = 0; k < s->nkey; k++) {
		const char *name = s->fields[s->key[k]].name;
		const struct rows_segment *own = rs;
		bool clash = rows_column_taken(rs, n, name);

		for (i = 0; i < own->nfields && !clash; i++)
			clash = strcmp(own->fields[i].f->name, name) == 0;
		if (clash) {
			size_t size = strlen(s->name) + strlen(name) + 2;
			char *made = xcalloc(size, 1);

			(void)snprintf(made, size, "%s.%s", s->name, name);
			rs->made[rs->nmade++] = made;
			name = made;
		}
		rs->columns[n++] = name;
	}
	return (n);
}

const char *const *
rows_want(struct rows *r, size_t segment, size_t *n)
{
	struct rows_segment *rs = &r->segments[segment];
	size_t keys = 0, i;
	int up;

	for (up = layout_above(&r->l->segments[segment]); up >= 0;
	     up = layout_above(&r->l->segments[up]))
		keys += r->l->segments[up].nkey;
	*n = 2 + keys + rs->nfields;
	if (rs->wanted)
		return (rs->columns);
	rs->wanted = true;
	rs->columns = xcalloc(*n, sizeof(*rs->columns));
	rs->made = xcalloc(keys, sizeof(*rs->made));
	rs->columns[0] = "_record";
	rs->columns[1] = "_offset";
	keys = rows_key_columns(r, segment, rs, 2);
	for (i = 0; i < rs->nfields; i++)
		rs->columns[keys + i] = rs->fields[i].f->name;
	return (rs->columns);
}

bool
rows_writes(const struct rows *r, size_t segment)
{

	return (r->segments[segment].wanted);
}

bool
rows_needs(const struct rows *r, size_t segment)
{

	return (r->segments[segment].wanted || r->segments[segment].above);
}

/* Turn a conversion's result into a cell; if it is good, write the number to ${dst}. */
static enum rows_cell
rows_number(const struct rows_field *op, enum number_result res, const struct number *v, char *dst,
    size_t *len)
{

	if (res == NUMBER_OK) {
		*len = number_physical(v, op->decimals, dst);
		return (CELL_PLAIN);
	}
	if (res == NUMBER_NULL)
		return (CELL_NULL);
	return (res == NUMBER_BAD_SIGN ? CELL_BAD_SIGN : CELL_BAD_DIGITS);
}

/* Fields that take more than a word or two. */
static enum rows_cell
rows_hard(const struct rows *r, const struct rows_field *op, const unsigned char *p, size_t width,
    char *dst, size_t *len)
{
	struct number v;

	switch (op->op) {
	case OP_TEXT:
	case OP_BYTE:
		switch (charset_text(r->c, p, width, false, dst, len)) {
		case CHARSET_NULL:
			return (CELL_NULL);
		case CHARSET_PLAIN:
			return (CELL_PLAIN);
		case CHARSET_TEXT:
			return (CELL_TEXT);
		case CHARSET_FAULT:
			break;
		}
		return (CELL_BAD_CHARACTER);
	case OP_ZONED:
		return (rows_number(op, number_zoned(r->c, p, width, &v), &v, dst, len));
	case OP_PACKED:
		return (rows_number(op, number_packed(r->c, p, width, &v), &v, dst, len));
	case OP_BINARY:
		return (rows_number(op, number_binary(r->c, p, width, &v), &v, dst, len));
	case OP_DIGITS8:
	case OP_DIGITS16:
	case OP_DIGITS:
		break;
	}
	return (rows_number(op, number_digits(r->c, p, width, &v), &v, dst, len));
}

/* A value without a place: text of any length up to the field's width. */
static enum rows_cell
rows_span(const struct rows *r, const struct rows_field *op, const struct record *rec, char *dst,
    size_t *len)
{
	size_t n;
	const unsigned char *p = record_field(rec, op->f, &n);

	return (n > op->width ? CELL_TOO_LONG : rows_hard(r, op, p, n, dst, len));
}

#define ROWS_HIGH 0x8080808080808080u
#define ROWS_OVER9 0x7676767676767676u
#define ROWS_ASCII0 0x3030303030303030u

/*
 * Eight digits at a time: without the zone each byte is 0 to 9, so that adding 0x76
 * sets no high bit; a byte that has it already is none.  No carry leaves a byte
 * that passes.  Up to 7 bytes behind the field are read and masked away.
 */
static inline enum rows_cell
rows_cell(const struct rows *r, const struct rows_field *op, const struct record *rec, char *dst,
    size_t *len)
{
	const unsigned char *p = rec->p + op->at;
	enum rows_cell cell;
	uint64_t x, y;

	if (op->choice.n > 0 && !choice_holds(&op->choice, rec))
		return (CELL_NULL);
	if (rec->spans != NULL)
		return (rows_span(r, op, rec, dst, len));
	switch (op->op) {
	case OP_BYTE:
		*len = 1;
		dst[0] = (char)r->c->latin1[*p];
		cell = (enum rows_cell)r->byte[*p];
		if (cell == CELL_TEXT)
			break;
		return (cell);
	case OP_DIGITS8:
		memcpy(&x, p, 8);
		x = (x ^ r->c->zeros) & op->mask[0];
		if ((((x + ROWS_OVER9) | x) & ROWS_HIGH) != 0)
			break;
		x |= ROWS_ASCII0;
		memcpy(dst, &x, 8);
		*len = op->width;
		return (CELL_PLAIN);
	case OP_DIGITS16:
		memcpy(&x, p, 8);
		memcpy(&y, p + 8, 8);
		x ^= r->c->zeros;
		y = (y ^ r->c->zeros) & op->mask[1];
		if ((((x + ROWS_OVER9) | x | (y + ROWS_OVER9) | y) & ROWS_HIGH) != 0)
			break;
		x |= ROWS_ASCII0;
		y |= ROWS_ASCII0;
		memcpy(dst, &x, 8);
		memcpy(dst + 8, &y, 8);
		*len = op->width;
		return (CELL_PLAIN);
	case OP_TEXT:
	case OP_DIGITS:
	case OP_ZONED:
	case OP_PACKED:
	case OP_BINARY:
		break;
	}
	return (rows_hard(r, op, p, op->width, dst, len));
}

/* Add a fault that shows the field's bytes; for a redefinition that is not a key, add nothing. */
static void
rows_fault(const struct rows *r, const struct rows_field *op, const unsigned char *raw, size_t len,
    enum rows_cell cell, bool key, struct fault_list *faults)
{
	static const char *const codes[] = { [CELL_BAD_CHARACTER] = "bad_character",
		[CELL_BAD_DIGITS] = "bad_digits",
		[CELL_BAD_SIGN] = "bad_sign",
		[CELL_TOO_LONG] = "too_long" };
	static const char *const why[] = {
		[CELL_NULL] = "the key is empty",
		[CELL_BAD_CHARACTER] = "a byte in it is not a character",
		[CELL_BAD_DIGITS] = "it is not a number",
		[CELL_BAD_SIGN] = "its sign is invalid",
		[CELL_TOO_LONG] = "it is longer than its column",
	};
	enum { SHOWN = 190 };
	const bool coded = op->f->kind == LAYOUT_PACKED || op->f->kind == LAYOUT_BINARY;
	char show[2 * SHOWN + 3];
	size_t n = len < SHOWN ? len : SHOWN;

	/* A second reading of the same bytes: the first one says what is wrong. */
	if (op->f->redefines && !key)
		return;
	n = coded ? charset_hex(raw, n, show) : charset_show(r->c, raw, n, show);
	fault_add(faults, key ? "bad_key" : codes[cell], op->f->name, show, n, "%s (%s)", why[cell],
	    op->f->kind == LAYOUT_CHAR ? "text" : "a numeric field");
}

/* Note the key of a record whose children will need it.  Return false if it is none. */
static bool
rows_keep_key(const struct rows *r, struct rows_segment *rs, bool root, const struct frame *fr,
    struct fault_list *faults)
{
	const struct record rec = frame_record(fr);
	const unsigned char *p;
	bool good = true;
	size_t i;

	for (i = 0; i < rs->nkey; i++) {
		struct rows_key *k = &rs->key[i];

		k->cell = rows_cell(r, k->field, &rec, k->text, &k->len);
		if (k->cell == CELL_PLAIN || k->cell == CELL_TEXT)
			continue;
		p = record_field(&rec, k->field->f, &k->rawlen);
		if (k->rawlen > k->field->width)
			k->rawlen = k->field->width;
		memcpy(k->raw, p, k->rawlen);
		if (root) {
			rows_fault(r, k->field, k->raw, k->rawlen, k->cell, true, faults);
			good = false;
		}
	}
	return (good);
}

/* Write the cell as the row's next column; a bad one becomes NULL and adds a fault. */
static void
rows_put(const struct rows *r, const struct rows_field *op, const unsigned char *raw, size_t rawlen,
    enum rows_cell cell, const char *p, size_t len, struct stream_writer *w,
    struct fault_list *faults)
{

	switch (cell) {
	case CELL_PLAIN:
		stream_writer_plain(w, p, len);
		break;
	case CELL_TEXT:
		stream_writer_text(w, p, len);
		break;
	case CELL_BAD_CHARACTER:
	case CELL_BAD_DIGITS:
	case CELL_BAD_SIGN:
	case CELL_TOO_LONG:
		rows_fault(r, op, raw, rawlen, cell, false, faults);
		/* FALLTHROUGH */
	case CELL_NULL:
		stream_writer_null(w);
		break;
	}
}

/* Write the keys kept of ${segment} and its ancestors, outermost first; -1 is not a segment and
 * writes nothing. */
static void
rows_put_keys(const struct rows *r, int segment, struct stream_writer *w, struct fault_list *faults)
{
	const struct rows_segment *rs;
	size_t i;

	if (segment < 0)
		return;
	rows_put_keys(r, layout_above(&r->l->segments[segment]), w, faults);
	rs = &r->segments[segment];
	for (i = 0; i < rs->nkey; i++)
		rows_put(r, rs->key[i].field, rs->key[i].raw, rs->key[i].rawlen, rs->key[i].cell,
		    rs->key[i].text, rs->key[i].len, w, faults);
}

/* What is wrong with a record's other fields, now that it is rejected for its key. */
static void
rows_other_faults(const struct rows *r, const struct layout_segment *s,
    const struct rows_segment *rs, const struct frame *fr, struct fault_list *faults)
{
	const struct record rec = frame_record(fr);
	const unsigned char *p;
	size_t i, k, len, n;

	for (i = 0; i < rs->nfields; i++) {
		const struct rows_field *op = &rs->fields[i];
		enum rows_cell cell = rows_cell(r, op, &rec, r->text, &len);

		for (k = 0; k < s->nkey && rs->key[k].field != op; k++)
			continue;
		p = record_field(&rec, op->f, &n);
		if (k == s->nkey && cell >= CELL_BAD_CHARACTER)
			rows_fault(r, op, p, n, cell, false, faults);
	}
}

enum rows_result
rows_take(struct rows *r, size_t segment, const struct frame *fr, struct stream_writer *w,
    struct fault_list *faults, struct err *e)
{
	const struct layout_segment *s = &r->l->segments[segment];
	struct rows_segment *rs = &r->segments[segment];
	const struct record rec = frame_record(fr);
	const bool root = s->parent < 0, alone = layout_above(s) < 0;
	const unsigned char *p;
	size_t i, len = 0, n;

	if ((rs->above || root) && !rows_keep_key(r, rs, root, fr, faults)) {
		rows_other_faults(r, s, rs, fr, faults);
		return (ROWS_REJECTED);
	}
	if (!rs->wanted)
		return (ROWS_SKIPPED);
	stream_writer_u64(w, fr->number);
	stream_writer_u64(w, fr->offset);
	if (!alone)
		rows_put_keys(r, s->parent, w, faults);
	for (i = 0; i < rs->nfields; i++) {
		const struct rows_field *op = &rs->fields[i];
		enum rows_cell cell = rows_cell(r, op, &rec, r->text, &len);

		p = record_field(&rec, op->f, &n);
		rows_put(r, op, p, n, cell, r->text, len, w, faults);
	}
	return (stream_writer_end_row(w, e) ? ROWS_FAILED : ROWS_USED);
}

void
rows_free(struct rows *r)
{
	size_t i, k;

	if (r == NULL)
		return;
	for (i = 0; i < r->l->nsegments; i++) {
		struct rows_segment *rs = &r->segments[i];

		for (k = 0; k < rs->nfields; k++)
			choice_release(&rs->fields[k].choice);
		for (k = 0; k < rs->nkey; k++) {
			free(rs->key[k].text);
			free(rs->key[k].raw);
		}
		for (k = 0; k < rs->nmade; k++)
			free(rs->made[k]);
		free(rs->fields);
		free(rs->key);
		free(rs->columns);
		free(rs->made);
	}
	free(r->segments);
	free(r->text);
	free(r);
}
