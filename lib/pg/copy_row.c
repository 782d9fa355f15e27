/* Rows in COPY's binary form. */

#include "pg/copy_row.h"

#include <string.h>

/* What stands before the text of a jsonb: the version of its format. */
enum { ROW_JSONB = 1 };

/* The ${n} bytes of ${v} at ${d}, the most significant first. */
static void
copy_row_number(char *d, uint64_t v, size_t n)
{

	while (n-- > 0) {
		d[n] = (char)(v & 255);
		v >>= 8;
	}
}

/* A number of ${n} bytes, behind its length. */
static int
copy_row_field(struct buf *b, uint64_t v, size_t n, struct err *e)
{
	char field[4 + 8];

	copy_row_number(field, n, 4);
	copy_row_number(field + 4, v, n);
	return (buf_add(b, field, 4 + n, e));
}

int
copy_row(struct buf *b, unsigned fields, struct err *e)
{
	char n[2];

	copy_row_number(n, fields, sizeof(n));
	return (buf_add(b, n, sizeof(n), e));
}

int
copy_row_bytes(struct buf *b, const void *p, size_t len, struct err *e)
{
	char *d;

	if (buf_reserve(b, 4 + len, e))
		return (-1);
	d = b->p + b->len;
	copy_row_number(d, len, 4);
	if (len > 0)
		memcpy(d + 4, p, len);
	b->len += 4 + len;
	return (0);
}

int
copy_row_null(struct buf *b, struct err *e)
{

	return (buf_add(b, "\377\377\377\377", 4, e));
}

int
copy_row_i32(struct buf *b, int32_t v, struct err *e)
{

	return (copy_row_field(b, (uint32_t)v, 4, e));
}

int
copy_row_i64(struct buf *b, int64_t v, struct err *e)
{

	return (copy_row_field(b, (uint64_t)v, 8, e));
}

int
copy_row_bool(struct buf *b, bool v, struct err *e)
{

	return (copy_row_field(b, v, 1, e));
}

int
copy_row_jsonb(struct buf *b, size_t *at, struct err *e)
{

	*at = b->len;
	return (copy_row_field(b, ROW_JSONB, 1, e));
}

void
copy_row_end(struct buf *b, size_t at)
{

	copy_row_number(b->p + at, b->len - at - 4, 4);
}
