/* Field rules from records of RRC's field data. */

#include "rule/field_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { FIELD_RULE_DIGITS = 8 };

struct field_rule {
	const struct catalog *c;
	const struct catalog_dataset *d;
	struct rule *r;
	int number;  /* the column of the field's number */
	int *figure; /* of each column: the catalog's figure, or -1 */
	size_t n;
	char field[16], identifier[64], title[128], effective[11];
	char reference[RULE_CITE_MAX + 1];
};

struct field_rule *
field_rule_new(const struct catalog *c, const struct stream_reader *r, const char *effective,
    struct err *e)
{
	const char *kind = stream_reader_kind(r);
	struct field_rule *f = xcalloc(1, sizeof(*f));
	size_t i, figures = 0;

	f->c = c;
	f->r = rule_new(c);
	f->n = stream_reader_ncolumns(r);
	f->figure = xcalloc(f->n, sizeof(*f->figure));
	f->number = stream_reader_find(r, "field_number");
	if (effective != NULL)
		(void)snprintf(f->effective, sizeof(f->effective), "%s", effective);
	if (strncmp(kind, "rrc:", 4) == 0)
		f->d = catalog_dataset(c, kind + 4);
	for (i = 0; f->d != NULL && i < f->n; i++) {
		f->figure[i] = catalog_find(c, stream_reader_column(r, i));
		if (f->figure[i] >= 0 &&
		    (!catalog_belongs(&c->figures[f->figure[i]], f->d->domain) ||
			c->figures[f->figure[i]].kind != CATALOG_NUMBER))
			f->figure[i] = -1;
		figures += f->figure[i] >= 0;
	}
	if (f->d == NULL)
		(void)err_set(e, STATUS_CONFIG,
		    "'%s' is not a dataset of field rules (see 'datasets' in pipelines/rules.yaml)",
		    kind);
	else if (f->number < 0 || figures == 0)
		(void)err_set(e, STATUS_CONFIG, "'%s' has no column %s", kind,
		    f->number < 0 ? "field_number" : "that is a value of its domain");
	else
		return (f);
	field_rule_free(f);
	return (NULL);
}

void
field_rule_free(struct field_rule *f)
{

	if (f == NULL)
		return;
	rule_free(f->r);
	free(f->figure);
	free(f);
}

/* The figures; true where one of them is more than 0. */
static bool
field_rule_figures(struct field_rule *f, const struct stream_reader *r, struct fault_list *faults)
{
	const struct stream_field *v = stream_reader_fields(r);
	bool any = false;
	char why[200];
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (f->figure[i] < 0 || v[i].null)
			continue;
		if (rule_number(f->c, f->r, (size_t)f->figure[i], v[i].p, v[i].len, why,
			sizeof(why))) {
			fault_add(faults, "out_of_range", stream_reader_column(r, i), v[i].p,
			    v[i].len, "%s", why);
			continue;
		}
		any = any || f->r->values[f->figure[i]].number > 0;
	}
	return (any);
}

enum field_rule_found
field_rule_row(struct field_rule *f, const struct stream_reader *r, struct fault_list *faults)
{
	const struct stream_field *v = &stream_reader_fields(r)[f->number];
	uint64_t record, offset;
	size_t i;
	bool any;

	rule_clear(f->r);
	for (i = 0; !v->null && i < v->len && v->p[i] >= '0' && v->p[i] <= '9'; i++)
		;
	if (v->null || v->len != FIELD_RULE_DIGITS || i < v->len)
		fault_add(faults, "bad_key", "field_number", v->p, v->len,
		    "is not the number of a field (%d digits)", FIELD_RULE_DIGITS);
	any = field_rule_figures(f, r, faults);
	if (fault_count(faults) > 0)
		return (FIELD_RULE_BAD);
	if (!any)
		return (FIELD_RULE_NONE);
	stream_reader_place(r, &record, &offset);
	(void)snprintf(f->field, sizeof(f->field), "field:%.*s", FIELD_RULE_DIGITS, v->p);
	(void)snprintf(f->identifier, sizeof(f->identifier), "%s/%s/%.20s", f->field, f->d->part,
	    f->d->domain);
	(void)snprintf(f->title, sizeof(f->title), "%.20s of %s (%.20s)", f->d->domain, f->field,
	    f->d->part);
	(void)snprintf(f->reference, sizeof(f->reference), "%.300s, record %llu at byte %llu",
	    stream_reader_source(r), (unsigned long long)record, (unsigned long long)offset);
	f->r->identifier = f->identifier;
	f->r->type = "field_specific";
	f->r->domain = f->d->domain;
	f->r->title = f->title;
	f->r->cite = f->d->cite;
	f->r->mark = "record";
	f->r->field = f->field;
	f->r->reference = f->reference;
	return (FIELD_RULE_ONE);
}

const struct rule *
field_rule_get(const struct field_rule *f)
{

	return (f->r);
}
