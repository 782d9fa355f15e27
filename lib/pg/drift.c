/* What differs between two descriptions of a schema. */

#include "pg/drift.h"

#include <stdbool.h>
#include <string.h>

/* Whether the side has the table, function or schema that a row is on. */
static bool
drift_has(const struct describe *d, const char *object)
{
	const struct describe_row *r;
	size_t i, n;

	r = describe_rows(d, &n);
	for (i = 0; i < n; i++)
		if (strcmp(r[i].object, object) == 0 &&
		    (strcmp(r[i].kind, "table") == 0 || strcmp(r[i].kind, "function") == 0 ||
			strcmp(r[i].kind, "schema") == 0))
			return (true);
	return (false);
}

/* Whether the object of ${d} is of ${kind}, such as "table". */
static bool
drift_kind(const struct drift *d, const char *kind)
{

	return (strcmp(d->kind, kind) == 0);
}

/* What stands on one side only: return whether it is worth a word. */
static bool
drift_single(const struct describe *other, const struct describe_row *r, struct drift *d)
{

	d->kind = r->kind;
	d->object = r->object;
	if (d->what == DRIFT_MISSING) {
		d->want = r->def;
	} else {
		d->have = r->def;
		if (drift_kind(d, "function") || drift_kind(d, "file") ||
		    drift_kind(d, "extension"))
			return (false);
		if (drift_kind(d, "table"))
			d->what = DRIFT_OTHERS;
	}
	return (drift_kind(d, "table") || r->on[0] == '\0' || drift_has(other, r->on));
}

/* What stands on both. */
static bool
drift_both(const struct describe_row *want, const struct describe_row *have, struct drift *d)
{

	d->kind = want->kind;
	d->object = want->object;
	d->want = want->def;
	d->have = have->def;
	d->what = drift_kind(d, "extension") ? DRIFT_VERSION : DRIFT_CHANGED;
	return (strcmp(d->want, d->have) != 0);
}

size_t
drift_compare(const struct describe *want, const struct describe *have, drift_tell *tell,
    void *cookie)
{
	const struct describe_row *w, *h;
	size_t i = 0, k = 0, n, m, found = 0;

	w = describe_rows(want, &n);
	h = describe_rows(have, &m);
	while (i < n || k < m) {
		struct drift d = { DRIFT_CHANGED, "", "", NULL, NULL };
		int c = i == n ? 1 : k == m ? -1 : strcmp(w[i].kind, h[k].kind);
		bool say;

		if (c == 0 && i < n && k < m)
			c = strcmp(w[i].object, h[k].object);
		if (c == 0 && i < n && k < m)
			c = strcmp(w[i].on, h[k].on);
		if (c < 0) {
			d.what = DRIFT_MISSING;
			say = drift_single(have, &w[i++], &d);
		} else if (c > 0) {
			d.what = DRIFT_EXTRA;
			say = drift_single(want, &h[k++], &d);
		} else {
			say = drift_both(&w[i++], &h[k++], &d);
		}
		if (!say)
			continue;
		found += d.what < DRIFT_NOTES;
		tell(cookie, &d);
	}
	return (found);
}
