/* Where in its file a value stands. */

#include "rrc/locate.h"

#include <string.h>

/* Of records whose fields have places: ${raw} is what stands at this one's. */
static bool
locate_same(const unsigned char *p, size_t len, struct buf *raw)
{
	size_t n = 0, i;

	while (n < len && n < raw->len && p[n] == (unsigned char)raw->p[n])
		n++;
	/* A short line is read with blanks behind its end. */
	for (i = n; i < len; i++)
		if (p[i] != ' ')
			return (false);
	raw->len = n;
	return (true);
}

/* The ${nth} value of the row of delimited text that begins at ${p}: its first byte and its length. */
static bool
locate_value(const struct layout_text *t, const char *p, size_t len, size_t nth, size_t *at,
    size_t *n)
{
	bool open = false;
	size_t i, begin = 0;

	for (i = 0; i <= len; i++) {
		const bool end = i == len ||
		    (!open && p[i] == '\n' &&
			(i == 0 || p[i - 1] != '\r' || strcmp(t->rows, "bare-lf") != 0));

		if (!end && t->quotes && p[i] == '"')
			open = !open;
		if (!end && (open || (unsigned char)p[i] != t->delimiter))
			continue;
		if (nth == 0) {
			*at = begin;
			*n = i - begin - (end && i > begin && p[i - 1] == '\r');
			return (true);
		}
		if (end)
			return (false);
		nth--;
		begin = i + 1;
	}
	return (false);
}

/* Is the value, read, what stands there, with or without quotes? */
static bool
locate_reads(const unsigned char *v, size_t len, const char *p, size_t n)
{
	size_t i, k;

	if (n == len && memcmp(v, p, n) == 0)
		return (true);
	if (n < 2 || p[0] != '"' || p[n - 1] != '"')
		return (false);
	for (i = 1, k = 0; i < n - 1 && k < len; i++, k++) {
		if ((unsigned char)p[i] != v[k])
			return (false);
		if (p[i] == '"')
			i++;
	}
	return (i == n - 1 && k == len);
}

int
locate_field(const struct layout *l, const struct layout_field *f, const struct record *rec,
    struct seek *in, uint64_t offset, uint64_t *at, struct buf *raw, bool *placed, struct err *e)
{
	const unsigned char *v;
	size_t len, first = 0, n = 0;

	*placed = false;
	raw->len = 0;
	v = record_field(rec, f, &len);
	switch (l->form) {
	case LAYOUT_RECORDS:
		*at = offset + f->at;
		if (seek_read(in, *at, len, raw, e))
			return (-1);
		*placed = locate_same(v, len, raw);
		break;
	case LAYOUT_DELIMITED:
		if (seek_read(in, offset, LOCATE_MAX, raw, e))
			return (-1);
		*placed = locate_value(&l->text, raw->p, raw->len, f->at, &first, &n) &&
		    locate_reads(v, len, raw->p + first, n);
		*at = offset + first;
		if (*placed && n > 0)
			memmove(raw->p, raw->p + first, n);
		raw->len = n;
		break;
	case LAYOUT_JSON:
	default:
		break;
	}
	return (0);
}
