/* The fields of a segment, read from a layout's file. */

#include "rrc/layout_field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/layout_text.h"
#include "rrc/number.h"

enum { LAYOUT_MAX_OCCURS = 1000 };

/* A field as it is written, before its repetitions are laid out. */
struct layout_spec {
	struct layout_field f;
	uint64_t occurs;
	const struct layout_spec *in; /* the repeating group that it is part of */
	struct layout_spec *next;
};

static const char *const layout_kinds[] = {
	[LAYOUT_CHAR] = "char",
	[LAYOUT_DIGITS] = "digits",
	[LAYOUT_ZONED] = "zoned",
	[LAYOUT_PACKED] = "packed",
	[LAYOUT_BINARY] = "binary",
	[LAYOUT_GROUP] = "group",
};

/* Set the field's kind from the required key 'kind'. */
static int
layout_kind_parse(const struct conf *c, const struct conf_node *n, struct layout_field *f,
    struct err *e)
{
	const char *kind = conf_text(c, n, "kind", NULL, e);
	size_t i;

	if (kind == NULL)
		return (-1);
	for (i = 0; i < sizeof(layout_kinds) / sizeof(layout_kinds[0]); i++) {
		if (strcmp(kind, layout_kinds[i]) == 0) {
			f->kind = (enum layout_kind)i;
			return (0);
		}
	}
	return (conf_fail(c, conf_get(n, "kind"), e,
	    "unknown kind '%s' (char, digits, zoned, "
	    "packed, binary or group)",
	    kind));
}

/* Does the width suit the kind? */
static int
layout_width_check(const struct conf *c, const struct layout_field *f, struct err *e)
{
	const struct conf_node *w = conf_get(f->node, "width");
	size_t digits = layout_digits(f);

	if (f->kind == LAYOUT_BINARY && f->width != 2 && f->width != 4 && f->width != 8)
		return (
		    conf_fail(c, w, e, "a binary number has 2, 4 or 8 bytes, not %zu", f->width));
	if (digits > NUMBER_MAX_DIGITS)
		return (conf_fail(c, w, e, "%zu digits; a number has %d at most", digits,
		    NUMBER_MAX_DIGITS));
	if (f->kind == LAYOUT_CHAR)
		digits = f->width;
	if (f->decimals > digits)
		return (conf_fail(c, conf_get(f->node, "decimals"), e,
		    "%u decimals of a field with %zu digits", f->decimals, digits));
	return (0);
}

/* The field called ${name} among those written so far, or NULL. */
static const struct layout_spec *
layout_spec_find(const struct layout_spec *head, const char *name)
{

	for (; head != NULL; head = head->next)
		if (strcmp(head->f.name, name) == 0)
			return (head);
	return (NULL);
}

/* "in: GROUP": the field repeats with the group. */
static int
layout_in_parse(const struct conf *c, const struct layout_spec *head, struct layout_spec *s,
    struct err *e)
{
	const struct conf_node *n = conf_get(s->f.node, "in");
	const struct layout_spec *g;

	if (n == NULL)
		return (0);
	if (n->kind != CONF_SCALAR || (g = layout_spec_find(head, n->text)) == NULL ||
	    g->f.kind != LAYOUT_GROUP || g->occurs < 2)
		return (
		    conf_fail(c, n, e, "'in' must name a group above that occurs more than once"));
	if (s->occurs > 1 || g->in != NULL)
		return (conf_fail(c, n, e, "a repetition inside a repetition is not taken"));
	if (s->f.at < g->f.at || s->f.at + s->f.width > g->f.at + g->f.width)
		return (conf_fail(c, s->f.node, e, "%s reaches out of the group %s (%zu to %zu)",
		    s->f.name, g->f.name, g->f.at, g->f.at + g->f.width - 1));
	s->in = g;
	return (0);
}

/* Read one field's entry into ${s} and check it against the record's length, its id and the fields
 * above. */
static int
layout_spec_parse(const struct layout *l, const struct layout_segment *seg,
    const struct layout_spec *head, struct layout_spec *s, struct err *e)
{
	static const char *const keys[] = { "name", "at", "width", "kind", "decimals", "occurs",
		"in", "when", "redefines", "domain", NULL };
	const struct conf *c = l->conf;
	const struct conf_node *n = s->f.node;
	uint64_t at = 0, width = 0, decimals = 0, end;

	s->occurs = 1;
	s->f.when = -1;
	if (conf_only(c, n, keys, e) || (s->f.name = conf_text(c, n, "name", NULL, e)) == NULL ||
	    conf_text(c, n, "at", NULL, e) == NULL || conf_text(c, n, "width", NULL, e) == NULL ||
	    layout_kind_parse(c, n, &s->f, e) ||
	    conf_u64(c, n, "at", 0, LAYOUT_MAX_RECORD, &at, e) ||
	    conf_u64(c, n, "width", 1, LAYOUT_MAX_RECORD, &width, e) ||
	    conf_u64(c, n, "decimals", 0, NUMBER_MAX_DIGITS, &decimals, e) ||
	    conf_u64(c, n, "occurs", 1, LAYOUT_MAX_OCCURS, &s->occurs, e))
		return (-1);
	s->f.at = at;
	s->f.width = width;
	s->f.decimals = (unsigned)decimals;
	s->f.redefines = conf_get(n, "redefines") != NULL;
	if (s->f.name[0] == '\0' || strlen(s->f.name) > 100 ||
	    strpbrk(s->f.name, "{}:(),\"\n") != NULL)
		return (conf_fail(c, conf_get(n, "name"), e, "this is not the name of a field"));
	if (layout_spec_find(head, s->f.name) != NULL)
		return (
		    conf_fail(c, n, e, "%s is defined twice in segment %s", s->f.name, seg->id));
	if (layout_width_check(c, &s->f, e) || layout_in_parse(c, head, s, e))
		return (-1);
	end = at + width * s->occurs;
	if (s->in != NULL)
		end = at + s->in->f.width * (s->in->occurs - 1) + width;
	if (end > seg->length)
		return (conf_fail(c, n, e, "%s ends at byte %llu, the record has %zu", s->f.name,
		    (unsigned long long)end, seg->length));
	if (l->id_at < end && at < l->id_at + l->id_width)
		return (conf_fail(c, conf_get(n, "at"), e, "%s overlaps the record id", s->f.name));
	return (0);
}

/* "when: {FIELD: CODE}" or "when: {FIELD: [CODE, ...]}". */
static int
layout_when_parse(const struct layout *l, struct layout_segment *seg, struct layout_field *f,
    struct err *e)
{
	const struct conf_node *w = conf_get(f->node, "when"), *v;
	const struct conf *c = l->conf;
	const struct layout_field *on;
	size_t i;

	if (w == NULL)
		return (0);
	if (w->kind != CONF_MAP || w->n != 1)
		return (conf_fail(c, w, e, "'when' must be {FIELD: CODE} or {FIELD: [CODE, ...]}"));
	v = w->child;
	if ((f->when = layout_field(seg, v->key)) < 0)
		return (conf_fail(c, v, e, "segment %s has no field '%s'", seg->id, v->key));
	on = &seg->fields[f->when];
	if (on->kind == LAYOUT_PACKED || on->kind == LAYOUT_BINARY || on->when >= 0 ||
	    conf_get(on->node, "when") != NULL || on->width > LAYOUT_MAX_CODE)
		return (conf_fail(c, v, e,
		    "%s cannot choose: it must be characters or digits, %d "
		    "bytes at most, and always there",
		    v->key, LAYOUT_MAX_CODE));
	f->ncodes = v->kind == CONF_LIST ? v->n : 1;
	f->codes = xcalloc(f->ncodes, sizeof(*f->codes));
	if (v->kind == CONF_LIST)
		v = v->child;
	for (i = 0; i < f->ncodes; i++, v = v->next) {
		if (v->kind != CONF_SCALAR || v->len != on->width)
			return (
			    conf_fail(c, v, e, "a code of %s has %zu bytes", on->name, on->width));
		f->codes[i] = v->text;
	}
	return (0);
}

/* Append the field to the segment ${times} times, ${stride} bytes apart; repetitions are named
 * NAME(1), NAME(2) and so on. */
static int
layout_field_push(const struct layout *l, struct layout_segment *seg, const struct layout_spec *s,
    uint64_t times, size_t stride, struct err *e)
{
	char name[128];
	uint64_t i;

	for (i = 0; i < times; i++) {
		struct layout_field *f;

		if (seg->nfields >= LAYOUT_MAX_FIELDS)
			return (conf_fail(l->conf, s->f.node, e, "more than %d fields",
			    LAYOUT_MAX_FIELDS));
		if (seg->nfields == seg->cap)
			seg->fields = xgrow(seg->fields, &seg->cap, sizeof(*seg->fields));
		f = &seg->fields[seg->nfields++];
		*f = s->f;
		f->at += i * stride;
		if (times > 1)
			(void)snprintf(name, sizeof(name), "%s(%llu)", s->f.name,
			    (unsigned long long)i + 1);
		else
			(void)snprintf(name, sizeof(name), "%s", s->f.name);
		f->name = xstrdup(name);
		/* Each repetition frees its own. */
		f->domain_codes = NULL;
		f->ndomain = 0;
		if (layout_domain(l, f, e))
			return (-1);
	}
	return (0);
}

/*
 * Two fields may share bytes where one of them says that it is a redefinition;
 * two that the same code chooses may not.  This finds a wrong offset or width.
 */
static int
layout_overlap_check(const struct layout *l, const struct layout_segment *s, struct err *e)
{
	const struct layout_field *a, *b;
	size_t i, j;

	for (i = 0; i < s->nfields; i++) {
		a = &s->fields[i];
		if (a->kind == LAYOUT_GROUP || a->redefines)
			continue;
		for (j = 0; j < i; j++) {
			b = &s->fields[j];
			if (b->kind == LAYOUT_GROUP || b->redefines || a->at >= b->at + b->width ||
			    b->at >= a->at + a->width)
				continue;
			if (a->when != b->when)
				continue;
			if (a->when >= 0 && strcmp(a->codes[0], b->codes[0]) != 0)
				continue;
			return (conf_fail(l->conf, a->node, e,
			    "%s and %s share bytes: is an offset "
			    "wrong?  A redefinition needs 'when' or 'redefines'",
			    a->name, b->name));
		}
	}
	return (0);
}

/* Check that 'redefines', if given, names a field of the segment whose bytes enclose those of
 * ${f}. */
static int
layout_redefines_check(const struct layout *l, const struct layout_segment *s,
    const struct layout_field *f, struct err *e)
{
	const struct conf_node *n = conf_get(f->node, "redefines");
	const char *nth = strchr(f->name, '(');
	char name[256];
	int i = -1;

	if (n == NULL)
		return (0);
	/* In a group that repeats, what is redefined may repeat with it. */
	if (n->kind == CONF_SCALAR && (i = layout_field(s, n->text)) < 0 && nth != NULL &&
	    (size_t)snprintf(name, sizeof(name), "%s%s", n->text, nth) < sizeof(name))
		i = layout_field(s, name);
	if (i < 0)
		return (conf_fail(l->conf, n, e, "'redefines' must name a field of the segment"));
	if (f->at < s->fields[i].at || f->at + f->width > s->fields[i].at + s->fields[i].width)
		return (conf_fail(l->conf, f->node, e, "%s reaches out of %s, which it redefines",
		    f->name, n->text));
	return (0);
}

int
layout_field_parse(const struct layout *l, struct layout_segment *s, const struct conf_node *list,
    struct err *e)
{
	struct layout_spec *head = NULL, **tail = &head, *spec;
	const struct conf_node *n;
	size_t i;
	int rc = -1;

	if (list == NULL || list->kind != CONF_LIST || list->n == 0)
		return (conf_fail(l->conf, list ? list : s->node, e,
		    "a segment needs a list of 'fields'"));
	for (n = list->child; n != NULL; n = n->next) {
		spec = xcalloc(1, sizeof(*spec));
		spec->f.node = n;
		if (layout_spec_parse(l, s, head, spec, e)) {
			free(spec);
			goto out;
		}
		*tail = spec;
		tail = &spec->next;
		if (spec->in != NULL ?
			layout_field_push(l, s, spec, spec->in->occurs, spec->in->f.width, e) :
			layout_field_push(l, s, spec, spec->occurs, spec->f.width, e))
			goto out;
	}
	for (i = 0; i < s->nfields; i++)
		if (layout_when_parse(l, s, &s->fields[i], e) ||
		    layout_redefines_check(l, s, &s->fields[i], e))
			goto out;
	rc = layout_overlap_check(l, s, e);
out:
	while ((spec = head) != NULL) {
		head = spec->next;
		free(spec);
	}
	return (rc);
}
