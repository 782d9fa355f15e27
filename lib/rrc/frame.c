/* Where a file's records begin and end: fixed lengths, or lines. */

#include "rrc/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { FRAME_HEAD_MAX = 64 << 20 };

/* DOS's end of file, which some transfers put behind the last record. */
enum { FRAME_SUB = 0x1a };

struct framer {
	struct frame_input in;
	const struct charset *charset;
	size_t length;
	enum frame_form form;
	struct buf head;
	const unsigned char *p, *end; /* what is left of the block */
	unsigned char *carry;         /* a record cut by a block's edge */
	unsigned char *pad;           /* a line filled up with blanks */
	uint64_t number, offset;      /* of the record last returned; of p */
	frame_limit_fn *limit;        /* of joined lines, or NULL; see frame_join() */
	const void *cookie;
	unsigned char again;
	struct buf joined;
};

struct framer *
frame_open(const struct frame_input *in, size_t length, struct err *e)
{
	struct framer *f = xcalloc(1, sizeof(*f));
	const size_t want = FRAME_HEAD_RECORDS * (length + 2);
	const unsigned char *p;
	ssize_t n;

	f->in = *in;
	f->length = length;
	f->head.max = FRAME_HEAD_MAX;
	f->carry = xcalloc(1, (length > FRAME_MAX_LINE ? length : FRAME_MAX_LINE) + FRAME_SLACK);
	f->pad = xcalloc(1, length + FRAME_SLACK);
	while (f->head.len < want) {
		if ((n = f->in.read(f->in.cookie, &p, e)) == 0)
			break;
		if (n < 0 || buf_add(&f->head, p, (size_t)n, e)) {
			frame_close(f);
			return (NULL);
		}
	}
	f->p = (const unsigned char *)f->head.p;
	f->end = f->head.len > 0 ? f->p + f->head.len : f->p;
	return (f);
}

const unsigned char *
frame_head(const struct framer *f, size_t *len)
{

	*len = f->head.len;
	return ((const unsigned char *)f->head.p);
}

void
frame_set(struct framer *f, const struct charset *charset, enum frame_form form)
{

	f->charset = charset;
	f->form = form;
}

void
frame_skip(struct framer *f, size_t n)
{

	f->p += n;
	f->offset += n;
}

/* What is known of a record's bytes so far, to tell its line end from one of its values'. */
struct frame_seen {
	bool open;          /* inside of quotes */
	unsigned char last; /* byte */
};

/* The LF that ends the record, among ${n} bytes at ${p} that follow what ${seen} is of; or NULL. */
static const unsigned char *
frame_end(const struct framer *f, const unsigned char *p, size_t n, struct frame_seen *seen)
{
	const unsigned char *end = p + n, *nl, *quote;

	for (;; p = nl + 1) {
		nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		if (f->form == FRAME_LINES)
			return (nl);
		if (f->form == FRAME_QUOTED)
			for (quote = p; quote < (nl != NULL ? nl : end) &&
			     (quote = memchr(quote, '"',
				  (size_t)((nl != NULL ? nl : end) - quote))) != NULL;
			     quote++)
				seen->open = !seen->open;
		if (nl == NULL) {
			if (p < end)
				seen->last = end[-1];
			return (NULL);
		}
		if (f->form == FRAME_QUOTED ? !seen->open : (nl > p ? nl[-1] : seen->last) != '\r')
			return (nl);
		seen->last = '\n';
	}
}

/* Take the next block.  Return 1, 0 at the end, -1 with ${e} set. */
static int
frame_fill(struct framer *f, struct err *e)
{
	ssize_t n;

	if ((n = f->in.read(f->in.cookie, &f->p, e)) <= 0) {
		f->p = f->end = NULL;
		return ((int)n);
	}
	f->end = f->p + n;
	return (1);
}

ssize_t
frame_block(struct framer *f, const unsigned char **p, struct err *e)
{
	ssize_t n;

	if (f->p == f->end && frame_fill(f, e) < 0)
		return (-1);
	n = f->end - f->p;
	*p = f->p;
	f->p = f->end;
	return (n);
}

/* A record at or over the edge of the block. */
static int
frame_fixed_edge(struct framer *f, struct frame *out, struct err *e)
{
	size_t have = 0, n;
	int rc;

	while (have < f->length) {
		if (f->p == f->end) {
			if ((rc = frame_fill(f, e)) < 0)
				return (-1);
			if (rc == 0)
				break;
		}
		n = (size_t)(f->end - f->p);
		if (n > f->length - have)
			n = f->length - have;
		memcpy(f->carry + have, f->p, n);
		f->p += n;
		have += n;
	}
	/* X'1A' alone behind the last record is DOS's end of file. */
	if (have == 0 || (have == 1 && f->carry[0] == FRAME_SUB))
		return (0);
	out->p = f->carry;
	out->len = out->full = have;
	out->cut = have < f->length;
	out->offset = f->offset;
	out->number = ++f->number;
	f->offset += have;
	return (1);
}

/* A line over the edge of the block, or the last one. */
static int
frame_line_edge(struct framer *f, struct frame *out, struct err *e)
{
	const unsigned char *nl = NULL;
	struct frame_seen seen = { false, 0 };
	size_t have = 0, full = 0, n, room;
	unsigned char last = 0;
	bool ended = false;
	int rc;

	while (nl == NULL) {
		if (f->p == f->end) {
			if ((rc = frame_fill(f, e)) < 0)
				return (-1);
			if (rc == 0)
				break;
		}
		n = (size_t)(f->end - f->p);
		if ((nl = frame_end(f, f->p, n, &seen)) != NULL)
			n = (size_t)(nl - f->p);
		if (n > 0)
			last = f->p[n - 1];
		room = FRAME_MAX_LINE - have;
		memcpy(f->carry + have, f->p, n < room ? n : room);
		have += n < room ? n : room;
		full += n;
		f->p += n + (nl != NULL);
	}
	/* What DOS's end of file or half of a line end follows is whole. */
	if (nl == NULL && full > 0 && last == FRAME_SUB) {
		ended = true;
		have -= have == full;
		last = --full > 0 && have > 0 ? f->carry[have - 1] : 0;
	}
	if (full == 0 && nl == NULL)
		return (0);
	out->offset = f->offset;
	f->offset += full + (nl != NULL);
	if (full > 0 && last == '\r') {
		ended = true;
		have -= have == full;
		full--;
	}
	out->p = f->carry;
	out->len = have;
	out->full = full;
	out->cut = nl == NULL && !ended;
	out->number = ++f->number;
	return (1);
}

/* Cut the next record, in place if the block holds it with slack; 1, 0 at the end, or -1. */
static int
frame_one(struct framer *f, struct frame *out, struct err *e)
{
	size_t left = (size_t)(f->end - f->p), n;
	struct frame_seen seen = { false, 0 };
	const unsigned char *nl;

	out->text = NULL;
	out->spans = NULL;
	if (f->form == FRAME_RECORDS) {
		if (left < f->length + FRAME_SLACK)
			return (frame_fixed_edge(f, out, e));
		out->p = f->p;
		out->len = out->full = f->length;
		out->cut = false;
		out->offset = f->offset;
		out->number = ++f->number;
		f->p += f->length;
		f->offset += f->length;
		return (1);
	}
	if (left == 0 || (nl = frame_end(f, f->p, left, &seen)) == NULL ||
	    (size_t)(f->end - nl) < FRAME_SLACK)
		return (frame_line_edge(f, out, e));
	n = (size_t)(nl - f->p);
	out->p = f->p;
	out->cut = false;
	out->offset = f->offset;
	out->number = ++f->number;
	f->p += n + 1;
	f->offset += n + 1;
	if (n > 0 && out->p[n - 1] == '\r')
		n--;
	out->full = n;
	out->len = n < FRAME_MAX_LINE ? n : FRAME_MAX_LINE;
	return (1);
}

void
frame_join(struct framer *f, unsigned char byte, frame_limit_fn *limit, const void *cookie)
{

	f->again = byte;
	f->limit = limit;
	f->cookie = cookie;
	f->joined.max = 2 * FRAME_MAX_LINE + FRAME_SLACK;
}

/* Move a record out of the way of the next read. */
static int
frame_keep(struct framer *f, struct frame *out, struct err *e)
{

	if (out->p == (const unsigned char *)f->joined.p)
		return (0);
	f->joined.len = 0;
	if (buf_reserve(&f->joined, out->len + FRAME_SLACK, e) ||
	    buf_add(&f->joined, out->p, out->len, e))
		return (-1);
	out->p = (const unsigned char *)f->joined.p;
	return (0);
}

/* Bytes of the line at f->p, as far as the block has it. */
static size_t
frame_ahead(const struct framer *f)
{
	const size_t left = (size_t)(f->end - f->p);
	const unsigned char *nl = memchr(f->p, '\n', left);
	size_t n = nl != NULL ? (size_t)(nl - f->p) : left;

	return (n > 0 && nl != NULL && f->p[n - 1] == '\r' ? n - 1 : n);
}

int
frame_next(struct framer *f, struct frame *out, struct err *e)
{
	struct frame more;
	int rc = frame_one(f, out, e);
	size_t limit;

	if (rc != 1 || f->form != FRAME_LINES || f->limit == NULL)
		return (rc);
	while (!out->cut) {
		if (f->p == f->end && (frame_keep(f, out, e) || frame_fill(f, e) < 0))
			return (-1);
		limit = f->limit(f->cookie, out->p, out->len);
		if (f->p == f->end || *f->p != f->again || out->len + 1 + frame_ahead(f) > limit)
			return (1);
		if (frame_keep(f, out, e) || frame_one(f, &more, e) < 0 ||
		    buf_reserve(&f->joined, more.len + 1 + FRAME_SLACK, e) ||
		    buf_add(&f->joined, "  ", 2, e) ||
		    buf_add(&f->joined, more.p + 1, more.len - 1, e))
			return (-1);
		f->number--;
		out->p = (const unsigned char *)f->joined.p;
		out->len = out->full = f->joined.len;
		out->cut = more.cut;
	}
	return (1);
}

void
frame_pad(struct framer *f, struct frame *fr)
{

	if (fr->len >= f->length)
		return;
	memcpy(f->pad, fr->p, fr->len);
	memset(f->pad + fr->len, f->charset->blank, f->length - fr->len);
	fr->p = f->pad;
	fr->len = fr->full = f->length;
}

void
frame_close(struct framer *f)
{

	if (f == NULL)
		return;
	buf_free(&f->head);
	free(f->carry);
	free(f->pad);
	buf_free(&f->joined);
	free(f);
}
