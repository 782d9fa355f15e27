#include <string.h>

#include "entity/load_state.h"

/*
 * COPY's binary form (PostgreSQL manual, COPY, "Binary Format"): a header of 19
 * bytes that comes with the first row, and for each row the number of fields (16
 * bits; -1 at the end) and each field's length (32 bits; -1 for NULL) and bytes.
 */
enum { BINARY_HEADER = 19, DIGEST_SIZE = 16 };

static uint64_t
load_known_big_endian(const char *p, size_t n)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return (v);
}

/* The fields of one row of ${left} bytes at ${p}. */
static int
load_known_fields(const char *p, size_t left, struct load_known_field *f)
{
	uint64_t n, i, len;

	n = load_known_big_endian(p, 2);
	p += 2;
	left -= 2;
	if (n > LOAD_KNOWN_FIELDS)
		return (-1);
	for (i = 0; i < n; i++) {
		if (left < 4)
			return (-1);
		len = load_known_big_endian(p, 4);
		p += 4;
		left -= 4;
		f[i].p = p;
		f[i].len = LOAD_KNOWN_NULL;
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
load_known_read(struct load *l, const char *query, load_known_fn *fn, struct err *e)
{
	struct load_known_field f[LOAD_KNOWN_FIELDS];
	struct buf sql = BUF_INIT(64 << 10);
	const char *p;
	bool first = true;
	int rc = -1;
	long k;

	if (buf_addf(&sql, e, "COPY (%s) TO STDOUT (FORMAT binary)", query) ||
	    buf_str(&sql, e) == NULL || pg_copy_out(l->pg, sql.p, e))
		goto done;
	while ((k = pg_copy_get(l->pg, &p, e)) > 0) {
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
		if (load_known_big_endian(p, 2) == UINT16_MAX)
			continue; /* the end, which pg_copy_get() sees by itself */
		if (load_known_fields(p, left, f))
			goto bad;
		if (fn(l, f, e))
			goto done;
	}
	rc = k < 0 ? -1 : 0;
	goto done;
bad:
	(void)err_set(e, STATUS_BUG, "the server's binary COPY can't be read");
done:
	buf_free(&sql);
	return (rc);
}

static int
load_known_source(struct load *l, const struct load_known_field *f, struct err *e)
{
	struct digest128 content;

	if (f[1].len != DIGEST_SIZE)
		return (err_set(e, STATUS_BUG, "a digest of %zu bytes", f[1].len));
	content.hi = load_known_big_endian(f[1].p, 8);
	content.lo = load_known_big_endian(f[1].p + 8, 8);
	return (index_know(l->ix, digest_xxh128(f[0].p, f[0].len), INDEX_SOURCE, content, e));
}

static int
load_known_entity(struct load *l, const struct load_known_field *f, struct err *e)
{
	const struct digest128 none = { 0, 0 };
	unsigned what = INDEX_ENTITY | (f[1].len == 1 && f[1].p[0] ? INDEX_RETIRED : 0);

	return (index_know(l->ix, digest_xxh128(f[0].p, f[0].len), what, none, e));
}

int
load_known(struct load *l, struct err *e)
{
	struct buf sql = BUF_INIT(4096);
	int rc = -1;

	if (l->dataset_id[0] != '\0') {
		if (buf_addf(&sql, e,
			"SELECT entity_key, digest FROM entity_sources WHERE dataset_id = %s",
			l->dataset_id) ||
		    buf_str(&sql, e) == NULL || load_known_read(l, sql.p, load_known_source, e))
			goto done;
	}
	sql.len = 0;
	if (buf_addf(&sql, e,
		"SELECT entity_key, retired_at IS NOT NULL FROM entities"
		" WHERE tenant_id = '%s' AND type_key = ",
		l->tenant) ||
	    load_merge_literal(&sql, l->type, e) || buf_str(&sql, e) == NULL)
		goto done;
	rc = load_known_read(l, sql.p, load_known_entity, e);
done:
	buf_free(&sql);
	return (rc);
}
