/* What differs between two descriptions of a schema. */

#include "pg/drift.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "pg/needs.h"

const char *
drift_word(enum drift_what what)
{
	static const char *const words[] = { "missing", "extra", "changed", "others", "version" };

	return (words[what]);
}

const char *drift_class_word(enum drift_class class)
{
	static const char *const words[] = { "needed", "different", "extra" };

	return (words[class]);
}

/* The length of a cast to a type of text at ${p}, or 0: "::character varying(20)[]", "::text". */
static size_t
drift_cast(const char *p)
{
	static const char *const types[] = { "::character varying", "::text", "::bpchar" };
	size_t i, n = 0;

	for (i = 0; n == 0 && i < sizeof(types) / sizeof(types[0]); i++)
		if (strncmp(p, types[i], strlen(types[i])) == 0)
			n = strlen(types[i]);
	if (n > 0 && p[n] == '(' && p[n + 1 + strspn(p + n + 1, "0123456789")] == ')')
		n += 2 + strspn(p + n + 1, "0123456789");
	if (n > 0 && strncmp(p + n, "[]", 2) == 0)
		n += 2;
	return (n);
}

/* Behind the string or quoted name at ${p}, or behind one character. */
static const char *
drift_token(const char *p)
{
	const char *end = p + 1;

	if (*p != '\'' && *p != '"')
		return (end);
	while (*end != '\0' && *end != *p)
		end++;
	return (*end == *p ? end + 1 : end);
}

/* Whether a '(' at ${p} opens around one thing that needs none: a name, a string, a number, ARRAY[...]. */
static char *
drift_around_one(char *p)
{
	char *q = p + 1;
	int depth = 0;

	if (*q == '\'' || *q == '"')
		q += drift_token(q) - q;
	else
		while (isalnum((unsigned char)*q) || *q == '_')
			q++;
	if (q > p + 1 && *q == '[') {
		do {
			depth += (*q == '[') - (*q == ']');
			q += drift_token(q) - q;
		} while (depth > 0 && *q != '\0');
	}
	return (q > p + 1 && *q == ')' ? q : NULL);
}

/* Take casts to types of text away, and then parentheses around one thing; not a function's, nor
 * those behind a word, as IN and ANY have them. */
static void
drift_plain(char *s)
{
	char *p, *to, *close;
	const char *next;
	size_t n;

	for (p = to = s; *p != '\0';) {
		if ((n = drift_cast(p)) > 0) {
			p += n;
			continue;
		}
		for (next = drift_token(p); p < next;)
			*to++ = *p++;
	}
	*to = '\0';
	for (p = s; *p != '\0';) {
		close = *p == '(' && (p == s || (!isalnum((unsigned char)p[-1]) && p[-1] != '_')) ?
		    drift_around_one(p) :
		    NULL;
		if (close == NULL) {
			p += drift_token(p) - p;
			continue;
		}
		memmove(close, close + 1, strlen(close + 1) + 1);
		memmove(p, p + 1, strlen(p + 1) + 1);
		/* What stood around it may be around one thing now. */
		p = s;
	}
}

char *
drift_normal(const char *def)
{
	char *s = xstrdup(def);

	drift_plain(s);
	return (s);
}

bool
drift_same(const char *a, const char *b)
{
	char *x, *y;
	bool same;

	if (strcmp(a, b) == 0)
		return (true);
	x = drift_normal(a);
	y = drift_normal(b);
	same = strcmp(x, y) == 0;
	free(x);
	free(y);
	return (same);
}

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

/* Whether the object is AEGIS Batch's own: a table and what is on it, a function, a guard on one of
 * AEGIS's tables, a file, a role and its grants. */
static bool
drift_ours(const struct drift *d)
{
	static const char *const marks[] = { "public.batch_", "public.rule_versions_",
		"public.prevent_audit_truncate", " rule_versions_", " no_truncate_",
		" to aegis_import", " to aegis_audit" };
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(d->object, marks[i]) != NULL)
			return (!drift_kind(d, "column") && !drift_kind(d, "index") &&
			    !drift_kind(d, "constraint"));
	return (drift_kind(d, "file") || drift_kind(d, "role"));
}

/* What the difference means: a stage's need, or AEGIS's own affair. */
static void
drift_judge(struct drift *d, const char *on)
{

	d->stages = d->what == DRIFT_MISSING ? needs_stages(d->kind, d->object) : NULL;
	if (d->what == DRIFT_EXTRA)
		d->class = DRIFT_MORE;
	else if (d->stages != NULL || needs_ours(on) || needs_ours(d->object) || drift_ours(d))
		d->class = DRIFT_NEEDED;
	else
		d->class = DRIFT_DIFFERENT;
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
		if (drift_kind(d, "table") || drift_kind(d, "label"))
			d->what = DRIFT_OTHERS;
	}
	drift_judge(d, r->on);
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
	drift_judge(d, want->on);
	/* One of AEGIS's files, of which its own database knows nothing. */
	if (drift_kind(d, "file") && strcmp(d->have, "adopted") == 0)
		return (false);
	return (!drift_same(d->want, d->have));
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
		struct drift d = { DRIFT_CHANGED, DRIFT_DIFFERENT, NULL, "", "", NULL, NULL };
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
