/* A query's rows by COPY in its binary form. */

#include "pg/copy_binary.h"

#include <string.h>

#include "base/buf.h"

/*
 * COPY's binary form (PostgreSQL manual, COPY, "Binary Format"): a header of 19
 * bytes that comes with the first row, and for each row the number of fields (16
 * bits; -1 at the end) and each field's length (32 bits; -1 for NULL) and bytes.
 */
enum { BINARY_HEADER = 19 };

/* The big-endian number in the ${n} bytes at ${p}; ${n} is at most 8. */
static uint64_t
copy_binary_u64(const char *p, size_t n)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return (v);
}

/* The fields of one row of ${left} bytes at ${p}. */
static int
copy_binary_fields(const char *p, size_t left, struct copy_binary_field *f)
{
	uint64_t n, i, len;

	n = copy_binary_u64(p, 2);
	p += 2;
	left -= 2;
	if (n > COPY_BINARY_FIELDS)
		return (-1);
	for (i = 0; i < n; i++) {
		if (left < 4)
			return (-1);
		len = copy_binary_u64(p, 4);
		p += 4;
		left -= 4;
		f[i].p = p;
		f[i].len = COPY_BINARY_NULL;
		if (len == UINT32_MAX)
			continue;
		if (len > left)
			return (-1);
		f[i].len = (size_t)len;
		p += len;
		left -= (size_t)len;
	}
	return (0);
}

int
copy_binary_read(struct pg *pg, const char *query, copy_binary_fn *fn, void *cookie, struct err *e)
{
	struct copy_binary_field f[COPY_BINARY_FIELDS];
	struct buf sql = BUF_INIT(strlen(query) + 64);
	const char *p;
	bool first = true;
	int rc = -1;
	long k;

	if (buf_addf(&sql, e, "COPY (%s) TO STDOUT (FORMAT binary)", query) ||
	    buf_str(&sql, e) == NULL || pg_copy_out(pg, sql.p, e))
		goto done;
	while ((k = pg_copy_get(pg, &p, e)) > 0) {
		size_t left = (size_t)k;

		if (first) {
			if (left < BINARY_HEADER)
				goto bad;
			p += BINARY_HEADER;
			left -= BINARY_HEADER;
			first = false;
			if (left == 0)
				continue;
		}
		if (left < 2)
			goto bad;
		if (copy_binary_u64(p, 2) == UINT16_MAX)
			continue; /* the end, which pg_copy_get() sees by itself */
		if (copy_binary_fields(p, left, f))
			goto bad;
		if (fn(cookie, f, e))
			goto done;
	}
	rc = k < 0;
	goto done;
bad:
	(void)err_set(e, STATUS_BUG, "the server's binary COPY cannot be read");
done:
	buf_free(&sql);
	return (rc);
}
