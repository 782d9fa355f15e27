/* What differs between two rules, in words. */

#include "rule/delta.h"

#include <stdbool.h>
#include <string.h>

enum { DELTA_MAX = 1 << 20 };

/* A value as one reads it. */
static const char *
delta_show(const struct json *j, struct buf *b, struct err *e)
{
	const struct json *value = json_get(j, "value"), *unit = json_get(j, "unit");
	const char *tail = NULL;
	struct json_writer *w;
	int rc;

	if (value != NULL && (unit == NULL || unit->kind == JSON_STRING)) {
		j = value;
		tail = unit != NULL ? unit->text : NULL;
	}
	b->len = 0;
	if (j->kind == JSON_STRING || j->kind == JSON_NUMBER) {
		rc = buf_add(b, j->text, j->len, e);
	} else {
		w = json_writer_new(b);
		json_put_value(w, j);
		rc = json_writer_end(w, e);
		json_writer_free(w);
	}
	if (rc || (tail != NULL && buf_addf(b, e, " %s", tail)))
		return (NULL);
	return (buf_str(b, e));
}

/* Whether two values are one; an object's members may stand in any order. */
static int
delta_same(const struct json *a, const struct json *b)
{
	const struct json *c, *d;
	size_t n = 0;

	if (a->kind != b->kind)
		return (0);
	switch (a->kind) {
	case JSON_NULL:
		return (1);
	case JSON_BOOL:
		return (a->truth == b->truth);
	case JSON_NUMBER:
	case JSON_STRING:
		return (a->len == b->len && memcmp(a->text, b->text, a->len) == 0);
	case JSON_ARRAY:
		for (c = a->child, d = b->child; c != NULL && d != NULL; c = c->next, d = d->next)
			if (!delta_same(c, d))
				return (0);
		return (c == NULL && d == NULL);
	case JSON_OBJECT:
		for (c = a->child; c != NULL; c = c->next, n++)
			if ((d = json_get(b, c->key)) == NULL || !delta_same(c, d))
				return (0);
		for (d = b->child; d != NULL; d = d->next)
			n--;
		return (n == 0);
	}
	return (0);
}

/*
 * One difference; ${before} or ${after} is NULL where there is none.
 */
typedef int delta_fn(void *cookie, const char *name, const char *before, const char *after,
    struct err *e);

struct delta {
	delta_fn *fn;
	void *cookie;
	bool nested; /* the figures are looked into one by one */
	struct buf before, after;
};

/* Report the member if its two values differ; a null counts as missing. */
static int
delta_member(struct delta *d, const char *key, const struct json *a, const struct json *b,
    struct err *e)
{
	const char *before = NULL, *after = NULL;

	/* A null says nothing. */
	if (a != NULL && a->kind == JSON_NULL)
		a = NULL;
	if (b != NULL && b->kind == JSON_NULL)
		b = NULL;
	if ((a == NULL && b == NULL) || (a != NULL && b != NULL && delta_same(a, b)))
		return (0);
	if ((a != NULL && (before = delta_show(a, &d->before, e)) == NULL) ||
	    (b != NULL && (after = delta_show(b, &d->after, e)) == NULL))
		return (-1);
	return (d->fn(d->cookie, key, before, after, e));
}

/* The member that is looked into. */
static bool
delta_nested(const struct delta *d, const struct json *c)
{

	return (d->nested && strcmp(c->key, "figures") == 0);
}

/* Report each member that differs, first those of ${a}, then those only in ${b}; either may be
 * NULL. */
static int
delta_object(struct delta *d, const struct json *a, const struct json *b, struct err *e)
{
	const struct json *c;

	for (c = a != NULL ? a->child : NULL; c != NULL; c = c->next)
		if (!delta_nested(d, c) && delta_member(d, c->key, c, json_get(b, c->key), e))
			return (-1);
	for (c = b != NULL ? b->child : NULL; c != NULL; c = c->next)
		if (!delta_nested(d, c) && json_get(a, c->key) == NULL &&
		    delta_member(d, c->key, NULL, c, e))
			return (-1);
	return (0);
}

/* Call ${fn} for each difference, figures first; data that is not an object is compared as a
 * whole. */
static int
delta_walk(const struct json *before, const struct json *after, delta_fn *fn, void *cookie,
    struct err *e)
{
	struct delta d = { fn, cookie, false, BUF_INIT(DELTA_MAX), BUF_INIT(DELTA_MAX) };
	const struct json *a = json_get(before, "figures"), *b = json_get(after, "figures");
	int rc = 0;

	/* rule_data of others may be anything. */
	if ((before != NULL && before->kind != JSON_OBJECT) ||
	    (after != NULL && after->kind != JSON_OBJECT)) {
		rc = delta_member(&d, "rule_data", before, after, e);
	} else {
		if ((a == NULL || a->kind == JSON_OBJECT) && (b == NULL || b->kind == JSON_OBJECT))
			rc = delta_object(&d, a, b, e);
		d.nested =
		    (a == NULL || a->kind == JSON_OBJECT) && (b == NULL || b->kind == JSON_OBJECT);
		if (rc == 0)
			rc = delta_object(&d, before, after, e);
	}
	buf_free(&d.before);
	buf_free(&d.after);
	return (rc);
}

/* Parse both texts as JSON and walk their differences; a NULL text is a rule that is missing. */
static int
delta_parsed(const char *before, const char *after, delta_fn *fn, void *cookie, struct err *e)
{
	struct json *a = NULL, *b = NULL;
	int rc = -1;

	if ((before == NULL || (a = json_parse(before, strlen(before), e)) != NULL) &&
	    (after == NULL || (b = json_parse(after, strlen(after), e)) != NULL))
		rc = delta_walk(a, b, fn, cookie, e);
	json_free(a);
	json_free(b);
	return (rc);
}

/* Append one difference as 'NAME: BEFORE -> AFTER', separated by semicolons. */
static int
delta_line(void *cookie, const char *name, const char *before, const char *after, struct err *e)
{
	struct buf *out = cookie;

	return (buf_addf(out, e, "%s%s: %s -> %s", out->len > 0 ? "; " : "", name,
	    before ? before : "(none)", after ? after : "(none)"));
}

int
delta_text(const char *before, const char *after, struct buf *out, struct err *e)
{

	out->len = 0;
	return (delta_parsed(before, after, delta_line, out, e));
}

/* Write one difference as a JSON object; a missing side is null, and an error stays in the writer.
 */
static int
delta_entry(void *cookie, const char *name, const char *before, const char *after, struct err *e)
{
	struct json_writer *w = cookie;

	(void)e;
	json_put_object(w);
	json_member_text(w, "name", name);
	json_member_text(w, "before", before);
	json_member_text(w, "after", after);
	json_put_close(w);
	return (0);
}

int
delta_json(const char *before, const char *after, struct json_writer *w, struct err *e)
{

	json_put_array(w);
	if (delta_parsed(before, after, delta_entry, w, e))
		return (-1);
	json_put_close(w);
	return (0);
}
