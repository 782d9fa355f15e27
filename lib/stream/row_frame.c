/* Rows as frames. */

#include "stream/row_frame.h"

#include <stdbool.h>

#include "base/num.h"
#include "base/utf8.h"
#include "stream/csv.h"

/* Which value is not UTF-8, and where. */
static int
row_frame_not_utf8(const struct stream_field *f, size_t n, struct err *e)
{
	size_t i, bad = 0;

	for (i = 0; i < n; i++)
		if (f[i].len > 0 && (bad = utf8_span(f[i].p, f[i].len)) < f[i].len)
			return (err_set(e, STATUS_DATA, "column %zu: byte %zu (0x%02x) is %s",
			    i + 1, bad, (unsigned char)f[i].p[bad],
			    f[i].p[bad] == '\0' ? "a NUL" : "not UTF-8"));
	return (err_set(e, STATUS_BUG, "a frame that is UTF-8 and is not"));
}

int
row_frame_cut(const char *p, size_t len, struct stream_field *f, size_t n, struct err *e)
{
	size_t head = 4 * n, left = len - head, i, k;
	const char *at = p + head;
	bool split = false;

	if (len < head)
		return (err_set(e, STATUS_DATA, "a frame of %zu bytes for %zu columns", len, n));
	for (i = 0; i < n; i++) {
		k = num_le32(p + 4 * i);
		f[i].null = k == 0;
		k -= !f[i].null;
		if (k > left)
			return (err_set(e, STATUS_DATA, "the frame ends within column %zu", i + 1));
		f[i].p = at;
		f[i].len = k;
		split = split || (k > 0 && ((unsigned char)*at & 0xc0) == 0x80);
		at += k;
		left -= k;
	}
	if (left > 0)
		return (
		    err_set(e, STATUS_DATA, "the frame has %zu bytes more than its columns", left));
	/* Where all is UTF-8 and no value begins within a character, each value is. */
	k = len - head;
	return (k > 0 && (split || utf8_span(p + head, k) < k) ? row_frame_not_utf8(f, n, e) : 0);
}

int
row_frame_put(const struct stream_field *f, size_t n, struct buf *out, struct err *e)
{
	size_t i, at = out->len, total = 0;

	for (i = 0; i < n; i++)
		total += f[i].null ? 0 : f[i].len;
	if (buf_reserve(out, 4 * n + total, e))
		return (-1);
	for (i = 0; i < n; i++)
		num_put_le32(out->p + at + 4 * i, f[i].null ? 0 : (uint32_t)f[i].len + 1);
	out->len += 4 * n;
	for (i = 0; i < n; i++)
		if (!f[i].null && buf_add(out, f[i].p, f[i].len, e))
			return (-1);
	return (0);
}

int
row_frame_spell(const struct stream_field *f, size_t n, struct buf *out, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((i > 0 && buf_add(out, ",", 1, e)) || csv_spell(&f[i], out, e))
			return (-1);
	return (0);
}
