/* Keys and digests as the database has them, many at a time. */

#include "ledger/known_read.h"

#include "pg/copy_binary.h"

struct known_reading {
	struct known *k; /* NULL: in parts */
	struct parts *p;
	unsigned what;
	bool first; /* nothing was read before */
};

/* Add a row of the query to the table: first the key, then, if any, a digest or flag according to
 * ${what}. */
static int
known_read_row(void *cookie, const struct copy_binary_field *f, struct err *e)
{
	const struct known_reading *x = cookie;
	struct digest128 content = { 0, 0 };
	unsigned what = x->what;

	if (what & KNOWN_SAID) {
		if (f[1].len != DIGEST128_SIZE)
			return (err_set(e, STATUS_BUG, "a digest of %zu bytes", f[1].len));
		content = digest128_read(f[1].p);
	} else if ((what & KNOWN_RETIRED) && (f[1].len != 1 || f[1].p[0] == 0)) {
		what &= ~(unsigned)KNOWN_RETIRED;
	}
	if (x->k == NULL)
		return (
		    parts_add(x->p, digest_xxh128(f[0].p, f[0].len), what, content, x->first, e));
	return ((x->first ? known_add_new : known_add)(x->k, digest_xxh128(f[0].p, f[0].len), what,
	    content, e));
}

int
known_read(struct known *k, struct pg *pg, const char *query, unsigned what, struct err *e)
{
	struct known_reading x = { k, NULL, what, known_count(k) == 0 };
	int rc;

	known_again(k);
	rc = copy_binary_read(pg, query, known_read_row, &x, e);
	known_again(k);
	return (rc);
}

int
known_read_parts(struct parts *p, struct pg *pg, const char *query, unsigned what, struct err *e)
{
	struct known_reading x = { NULL, p, what, parts_count(p) == 0 };
	int rc;

	parts_again(p);
	rc = copy_binary_read(pg, query, known_read_row, &x, e);
	parts_again(p);
	return (rc);
}
