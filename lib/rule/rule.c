/* A rule: its values, their checks, its JSON. */

#include "rule/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

enum { RULE_NUMBER_MAX = 15 };

struct rule *
rule_new(const struct catalog *c)
{
	struct rule *r = xcalloc(1, sizeof(*r));

	r->nvalues = c->nfigures;
	r->values = xcalloc(c->nfigures + 1, sizeof(*r->values));
	return (r);
}

void
rule_free(struct rule *r)
{

	if (r == NULL)
		return;
	rule_clear(r);
	free(r->values);
	free(r);
}

void
rule_clear(struct rule *r)
{
	size_t i;

	for (i = 0; i < r->nvalues; i++)
		free(r->values[i].list);
	memset(r->values, 0, r->nvalues * sizeof(*r->values));
	r->identifier = r->type = r->domain = NULL;
	r->title = r->cite = r->source = r->mark = r->verified_as_of = NULL;
	r->effective_from = r->effective_to = r->field = r->notes = r->reference = NULL;
}

int
rule_number(const struct catalog *c, struct rule *r, size_t at, const char *p, size_t len,
    char *why, size_t size)
{
	const struct catalog_figure *f = &c->figures[at];
	struct rule_value *v = &r->values[at];
	char text[RULE_NUMBER_MAX + 1], shown[64];
	size_t i, whole = 0, points = 0;

	for (i = 0; i < len; i++) {
		points += p[i] == '.';
		whole += points == 0 && p[i] >= '0' && p[i] <= '9';
		if (p[i] != '.' && (p[i] < '0' || p[i] > '9'))
			break;
	}
	if (i < len || len == 0 || len > RULE_NUMBER_MAX || whole == 0 || points > 1 ||
	    p[len - 1] == '.' || (whole > 1 && p[0] == '0')) {
		(void)snprintf(why, size, "'%s' is not a number",
		    err_quote(shown, sizeof(shown), p, len));
		return (-1);
	}
	memcpy(text, p, len);
	text[len] = '\0';
	v->number = strtod(text, NULL);
	v->has = true;
	v->p = p;
	v->len = len;
	if (v->number < f->min || v->number > f->max) {
		(void)snprintf(why, size, "%s %s cannot be right (%s is from %.10g to %.10g %s)",
		    text, f->unit, f->name, f->min, f->max, f->unit);
		return (-1);
	}
	return (0);
}

void
rule_texts(struct rule *r, size_t at, const char *const *v, size_t n)
{
	struct rule_value *to = &r->values[at];

	to->has = true;
	to->p = v[0];
	to->len = strlen(v[0]);
	to->list = xcalloc(n, sizeof(*to->list));
	to->n = n;
	memcpy(to->list, v, n * sizeof(*v));
}

bool
rule_implausible(const struct catalog *c, const struct rule *r, char *why, size_t size)
{
	size_t i;

	for (i = 0; i < c->norders; i++) {
		const struct catalog_order *o = &c->orders[i];
		const struct rule_value *less = &r->values[o->less], *more = &r->values[o->more];

		/* A distance of 0 is none at all. */
		if (!less->has || !more->has || !(more->number > 0) || less->number <= more->number)
			continue;
		(void)snprintf(why, size, "%s (%.10g %s) is more than %s (%.10g %s): swapped?",
		    c->figures[o->less].name, less->number, c->figures[o->less].unit,
		    c->figures[o->more].name, more->number, c->figures[o->more].unit);
		return (true);
	}
	return (false);
}

/* Write the member only if ${v} is not NULL. */
static void
rule_member(struct json_writer *w, const char *key, const char *v)
{

	if (v != NULL)
		json_member_text(w, key, v);
}

/* Write the value as a JSON member: an object with 'value' and, for a number, 'unit'. */
static void
rule_figure(const struct catalog_figure *f, const struct rule_value *v, struct json_writer *w)
{
	size_t i;

	json_put_key(w, f->name);
	json_put_object(w);
	json_put_key(w, "value");
	switch (f->kind) {
	case CATALOG_NUMBER:
		json_put_number(w, v->p, v->len);
		json_member_text(w, "unit", f->unit);
		break;
	case CATALOG_LIST:
		json_put_array(w);
		for (i = 0; i < v->n; i++)
			json_put_text(w, v->list[i], strlen(v->list[i]));
		json_put_close(w);
		break;
	case CATALOG_TEXT:
	case CATALOG_DATE:
		json_put_text(w, v->p, v->len);
		break;
	}
	json_put_close(w);
}

int
rule_data(const struct catalog *c, const struct rule *r, struct json_writer *w, struct err *e)
{
	size_t i;

	json_put_object(w);
	rule_member(w, "title", r->title);
	rule_member(w, "cite", r->cite);
	rule_member(w, "source", r->source);
	rule_member(w, "mark", r->mark);
	rule_member(w, "verified_as_of", r->verified_as_of);
	json_member_text(w, "effective_from", r->effective_from);
	rule_member(w, "effective_to", r->effective_to);
	rule_member(w, "field", r->field);
	rule_member(w, "notes", r->notes);
	json_put_key(w, "figures");
	json_put_object(w);
	for (i = 0; i < r->nvalues; i++)
		if (r->values[i].has)
			rule_figure(&c->figures[i], &r->values[i], w);
	json_put_close(w);
	json_put_close(w);
	return (json_writer_end(w, e));
}

bool
rule_day(const char *s)
{
	int64_t us;

	return (strlen(s) == 10 && instant_day(s, 10, &us) == 0);
}
