/* Conversions of a view, read from a layout's file. */

#include "rrc/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "rrc/number.h"
#include "rrc/value_int.h"

static const char *const value_names[] = {
	[VALUE_AS_TEXT] = "text",
	[VALUE_AS_DIGITS] = "digits",
	[VALUE_AS_INTEGER] = "integer",
	[VALUE_AS_DECIMAL] = "decimal",
	[VALUE_AS_DATE] = "date",
	[VALUE_AS_MONTH] = "year-month",
	[VALUE_AS_CODE] = "code",
	[VALUE_AS_BOOLEAN] = "boolean",
};

static const char *const value_keys[] = { VALUE_KEYS, NULL };

/* The segment's field called ${name}, or NULL with ${e} set to point at ${n}. */
static const struct layout_field *
value_field(const struct conf *c, const struct layout_segment *s, const struct conf_node *n,
    const char *name, struct err *e)
{
	int f = layout_field(s, name);

	if (f < 0) {
		(void)conf_fail(c, n, e, "segment %s (%s) has no field '%s'", s->id, s->name, name);
		return (NULL);
	}
	return (&s->fields[f]);
}

/* The layout's code table called ${name}, or NULL with ${e} set to point at ${n}. */
static const struct layout_codes *
value_table(const struct layout *l, const struct conf_node *n, const char *name, struct err *e)
{
	const struct layout_codes *t = layout_codes(l, name);

	if (t == NULL)
		(void)conf_fail(l->conf, n, e, "code table '%s' does not exist", name);
	return (t);
}

/* A key whose only value is null. */
static int
value_null_key(const struct conf *c, const struct conf_node *node, const char *key, bool *out,
    struct err *e)
{
	const struct conf_node *n = conf_get(node, key);

	if (n == NULL)
		return (0);
	if (n->kind != CONF_SCALAR || (strcmp(n->text, "null") != 0 && strcmp(n->text, "~") != 0))
		return (conf_fail(c, n, e, "'%s' can only be null", key));
	*out = true;
	return (0);
}

/* A bound, "-107" or "25.5", scaled to the field's decimals. */
static int
value_bound(const struct conf *c, const struct value *v, const struct conf_node *node,
    const char *key, bool *has, int64_t *out, const char **text, struct err *e)
{
	const struct conf_node *n = conf_get(node, key);
	struct number x = { .n = 0 };
	const char *p;
	size_t decimals = 0;
	bool point = false;

	if (n == NULL)
		return (0);
	if (n->kind != CONF_SCALAR || (v->as != VALUE_AS_INTEGER && v->as != VALUE_AS_DECIMAL))
		return (conf_fail(c, n, e, "'%s' is for integer and decimal", key));
	*text = p = n->text;
	if ((x.negative = *p == '-'))
		p++;
	for (; *p != '\0' && x.n < 18; p++) {
		if (*p == '.' && !point) {
			point = true;
		} else if (*p >= '0' && *p <= '9') {
			x.digits[x.n++] = *p;
			decimals += point;
		} else {
			break;
		}
	}
	if (*p != '\0' || x.n == 0 || decimals > v->decimals)
		return (conf_fail(c, n, e, "'%s' must be a number with %u decimals at most", key,
		    v->decimals));
	for (; decimals < v->decimals && x.n < 18; decimals++)
		x.digits[x.n++] = '0';
	if (decimals < v->decimals)
		return (conf_fail(c, n, e, "'%s' is too large", key));
	*has = true;
	return (number_scaled(&x, out));
}

/* Can the field be read so? */
static int
value_type_check(const struct layout *l, const struct value *v, const struct conf_node *node,
    struct err *e)
{
	const struct conf *c = l->conf;
	const struct layout_field *f = v->field;
	const bool placed = l->form == LAYOUT_RECORDS;
	const struct conf_node *at = conf_get(node, "as") ? conf_get(node, "as") : node;
	bool numeric = f->kind != LAYOUT_CHAR && f->kind != LAYOUT_GROUP;
	bool display = !numeric || f->kind == LAYOUT_DIGITS;

	switch (v->as) {
	case VALUE_AS_TEXT:
	case VALUE_AS_CODE:
	case VALUE_AS_BOOLEAN:
		if (!display)
			return (conf_fail(c, at, e, "%s holds no characters", f->name));
		break;
	case VALUE_AS_DIGITS:
		if (!display || (numeric && f->decimals > 0) ||
		    (placed && f->width > NUMBER_MAX_DIGITS))
			return (conf_fail(c, at, e, "%s holds no plain digits", f->name));
		break;
	case VALUE_AS_INTEGER:
	case VALUE_AS_DECIMAL:
		if (f->kind == LAYOUT_CHAR)
			break;
		if (!numeric || (v->as == VALUE_AS_INTEGER && f->decimals > 0))
			return (conf_fail(c, at, e, "%s is not a %s", f->name,
			    numeric ? "whole number" : "numeric field"));
		break;
	case VALUE_AS_DATE:
	case VALUE_AS_MONTH:
		if (!display ||
		    (placed && v->format == DATE_CCYYMMDD &&
			f->width != (v->as == VALUE_AS_DATE ? 8u : 6u)))
			return (conf_fail(c, at, e, "%s has not the %d digits of a %s", f->name,
			    v->as == VALUE_AS_DATE ? 8 : 6, value_names[v->as]));
		break;
	case VALUE_AS_COMPOSED:
	case VALUE_AS_CHOSEN:
		break;
	}
	if (v->negate && v->as != VALUE_AS_INTEGER && v->as != VALUE_AS_DECIMAL)
		return (conf_fail(c, conf_get(node, "negate"), e,
		    "'negate' is for integer and decimal"));
	if (v->as == VALUE_AS_CODE && v->table == NULL)
		return (conf_fail(c, node, e, "'as: code' needs 'codes'"));
	if (v->as != VALUE_AS_CODE && (v->table != NULL || v->unknown_null))
		return (conf_fail(c, node, e, "'codes' and 'unknown' are for 'as: code'"));
	return (0);
}

/* Read what is said of a value's form: of a date, of digits, of a printed number. */
static int
value_parse_form(const struct layout *l, const struct conf_node *node, struct value *v,
    struct err *e)
{
	const struct conf *c = l->conf;
	const char *format = conf_text(c, node, "format", "CCYYMMDD", e);
	uint64_t digits = 0, decimals = v->field->decimals;

	if (format == NULL || conf_bool(c, node, "inverted", &v->inverted, e) ||
	    conf_u64(c, node, "digits", 1, NUMBER_MAX_DIGITS, &digits, e) ||
	    conf_u64(c, node, "decimals", 0, NUMBER_MAX_DIGITS - 1, &decimals, e))
		return (-1);
	if (date_format(format, &v->format))
		return (conf_fail(c, conf_get(node, "format"), e,
		    "unknown form '%s' of a date (CCYYMMDD, DD-MON-YY, MM/DD/CCYY, CCYY-MM-DD)",
		    format));
	if (v->as != VALUE_AS_DATE && (v->inverted || v->format != DATE_CCYYMMDD))
		return (conf_fail(c, node, e, "'format' and 'inverted' are for 'as: date'"));
	if (v->as != VALUE_AS_DIGITS && digits > 0)
		return (conf_fail(c, node, e, "'digits' is for 'as: digits'"));
	if (conf_get(node, "decimals") != NULL &&
	    (v->as != VALUE_AS_DECIMAL || v->field->kind != LAYOUT_CHAR))
		return (conf_fail(c, node, e, "'decimals' is for a printed number 'as: decimal'"));
	v->digits = digits;
	v->decimals =
	    v->as == VALUE_AS_INTEGER && v->field->kind == LAYOUT_CHAR ? 0 : (unsigned)decimals;
	return (0);
}

/* Read a conversion of one field, named ${fallback} unless 'field' says otherwise, with its codes
 * and bounds. */
static int
value_parse_field(const struct layout *l, const struct layout_segment *s,
    const struct conf_node *node, const char *fallback, struct value *v, struct err *e)
{
	const struct conf *c = l->conf;
	const struct conf_node *n;
	const char *name, *as, *table;
	size_t i;

	if ((name = conf_text(c, node, "field", fallback, e)) == NULL ||
	    (as = conf_text(c, node, "as", NULL, e)) == NULL ||
	    (v->field = value_field(c, s, node, name, e)) == NULL)
		return (-1);
	choice_init(&v->choice, v->c, s, v->field);
	for (i = 0; i < sizeof(value_names) / sizeof(value_names[0]); i++)
		if (strcmp(as, value_names[i]) == 0)
			break;
	if (i == sizeof(value_names) / sizeof(value_names[0]))
		return (conf_fail(c, conf_get(node, "as"), e,
		    "unknown conversion '%s' (text, digits, "
		    "integer, decimal, date, year-month, code, boolean)",
		    as));
	v->as = (enum value_as)i;
	if (value_parse_form(l, node, v, e))
		return (-1);
	if (conf_get(node, "codes") != NULL &&
	    ((table = conf_text(c, node, "codes", NULL, e)) == NULL ||
		(v->table = value_table(l, conf_get(node, "codes"), table, e)) == NULL))
		return (-1);
	if (value_null_key(c, node, "unknown", &v->unknown_null, e) ||
	    conf_bool(c, node, "negate", &v->negate, e) || value_type_check(l, v, node, e) ||
	    value_bound(c, v, node, "min", &v->has_min, &v->min, &v->min_text, e) ||
	    value_bound(c, v, node, "max", &v->has_max, &v->max, &v->max_text, e))
		return (-1);
	for (n = v->nulls ? v->nulls->child : NULL; n != NULL; n = n->next)
		if (n->kind != CONF_SCALAR)
			return (conf_fail(c, n, e, "'nulls' must be a list of texts"));
	v->size = 2 * v->field->width + NUMBER_TEXT;
	for (i = 0; v->table != NULL && i < v->table->n; i++)
		if (v->table->codes[i].len > v->size)
			v->size = v->table->codes[i].len;
	return (0);
}

/* What follows a field's name in a template: "#DIGITS", "@FIRST-LAST"; ${p} to ${end}. */
static int
value_parse_marks(const struct layout *l, const struct conf_node *node, const char *p,
    const char *end, struct value_part *part, struct err *e)
{
	const char *at = memchr(p, '@', (size_t)(end - p)), *dash;
	const char *stop = at != NULL ? at : end;
	uint64_t digits = 0, first = 0, last = 0;

	if (*p == '#' && num_u64(p + 1, (size_t)(stop - p) - 1, 1, NUMBER_MAX_DIGITS, &digits))
		return (conf_fail(l->conf, node, e, "{FIELD#N} needs a number of digits, 1 to %d",
		    NUMBER_MAX_DIGITS));
	if (at != NULL &&
	    ((dash = memchr(at, '-', (size_t)(end - at))) == NULL ||
		num_u64(at + 1, (size_t)(dash - at) - 1, 1, LAYOUT_MAX_RECORD, &first) ||
		num_u64(dash + 1, (size_t)(end - dash) - 1, first, LAYOUT_MAX_RECORD, &last)))
		return (conf_fail(l->conf, node, e,
		    "{FIELD@N-M} needs the first and the last character's number"));
	part->digits = digits;
	part->first = first;
	part->last = last;
	return (0);
}

/* One "{FIELD}" of a template, with marks and ":table" behind it; ${p} to ${end} without the braces. */
static int
value_parse_part(const struct layout *l, const struct layout_segment *s,
    const struct conf_node *node, const char *p, const char *end, struct value_part *part,
    struct value *v, struct err *e)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));
	const char *stop = colon != NULL ? colon : end, *mark = p;
	char *name, *table = colon ? xstrndup(colon + 1, (size_t)(end - colon) - 1) : NULL;
	size_t size, i;
	int rc = -1;

	while (mark < stop && *mark != '#' && *mark != '@')
		mark++;
	name = xstrndup(p, (size_t)(mark - p));
	if ((mark < stop && value_parse_marks(l, node, mark, stop, part, e)) ||
	    (part->field = value_field(l->conf, s, node, name, e)) == NULL)
		goto out;
	choice_init(&part->choice, v->c, s, part->field);
	if (table != NULL && (part->table = value_table(l, node, table, e)) == NULL)
		goto out;
	size = 2 * part->field->width + NUMBER_TEXT;
	for (i = 0; part->table != NULL && i < part->table->n; i++)
		if (part->table->codes[i].len > size)
			size = part->table->codes[i].len;
	v->size += size;
	rc = part->digits > 0 && part->field->decimals > 0 ?
	    conf_fail(l->conf, node, e, "{FIELD#N} is for whole numbers") :
	    0;
out:
	free(name);
	free(table);
	return (rc);
}

/* Split the template 'text' into literals and {FIELD} parts; the last part has a literal only. */
static int
value_parse_text(const struct layout *l, const struct layout_segment *s, const struct conf_node *n,
    struct value *v, struct err *e)
{
	const char *p, *open, *close;
	size_t braces = 0;

	if (n->kind != CONF_SCALAR)
		return (conf_fail(l->conf, n, e, "'text' must be one text"));
	for (p = n->text; *p != '\0'; p++)
		braces += *p == '{';
	if (braces == 0)
		return (conf_fail(l->conf, n, e, "'text' has no {FIELD} in it"));
	v->as = VALUE_AS_COMPOSED;
	v->parts = xcalloc(braces + 1, sizeof(*v->parts));
	v->size = n->len;
	for (p = n->text;; p = close + 1) {
		struct value_part *part = &v->parts[v->nparts++];

		part->literal = p;
		open = strchr(p, '{');
		part->len = open != NULL ? (size_t)(open - p) : strlen(p);
		close = open != NULL ? strchr(open, '}') : p;
		if (memchr(p, '}', part->len) != NULL || close == NULL)
			return (conf_fail(l->conf, n, e, "a brace without its other half"));
		if (open == NULL)
			return (0);
		if (value_parse_part(l, s, n, open + 1, close, part, v, e))
			return (-1);
	}
}

/* Read 'by' and 'cases': the field whose code chooses, and a conversion for each of its codes. */
static int
value_parse_cases(const struct layout *l, const struct layout_segment *s,
    const struct conf_node *node, struct value *v, struct err *e)
{
	const struct conf_node *cases = conf_get(node, "cases"), *k;
	const char *by = conf_text(l->conf, node, "by", NULL, e);

	if (by == NULL || (v->field = value_field(l->conf, s, conf_get(node, "by"), by, e)) == NULL)
		return (-1);
	if (l->form == LAYOUT_RECORDS && v->field->width > LAYOUT_MAX_CODE)
		return (conf_fail(l->conf, conf_get(node, "by"), e,
		    "%s is wider than the %d bytes "
		    "that a code may have",
		    by, LAYOUT_MAX_CODE));
	if (cases == NULL || cases->kind != CONF_MAP || cases->n == 0)
		return (conf_fail(l->conf, node, e, "'by' needs 'cases: {CODE: {...}}'"));
	v->as = VALUE_AS_CHOSEN;
	choice_init(&v->choice, v->c, s, v->field);
	v->cases = xcalloc(cases->n, sizeof(*v->cases));
	for (k = cases->child; k != NULL; k = k->next) {
		struct value_case *vc = &v->cases[v->ncases++];

		vc->width = strlen(k->key);
		if ((l->form == LAYOUT_RECORDS && vc->width != v->field->width) ||
		    charset_encode(v->c, k->key, vc->code, sizeof(vc->code)) != vc->width)
			return (conf_fail(l->conf, k, e, "a code of %s has %zu bytes", by,
			    v->field->width));
		if (conf_only(l->conf, k, value_keys, e))
			return (-1);
		if (conf_get(k, "by") != NULL)
			return (conf_fail(l->conf, k, e, "a choice inside a choice is not taken"));
		if ((vc->value = value_parse(l, v->c, s, k, NULL, e)) == NULL)
			return (-1);
		if (vc->value->size > v->size)
			v->size = vc->value->size;
	}
	return (0);
}

/* Keys that mean nothing beside ${with}. */
static int
value_without(const struct conf *c, const struct conf_node *node, const char *with,
    const char *const *keys, struct err *e)
{

	for (; *keys != NULL; keys++)
		if (conf_get(node, *keys) != NULL)
			return (conf_fail(c, conf_get(node, *keys), e,
			    "'%s' cannot be used with '%s'", *keys, with));
	return (0);
}

struct value *
value_parse(const struct layout *l, const struct charset *c, const struct layout_segment *s,
    const struct conf_node *node, const char *field, struct err *e)
{
	static const char *const no_text[] = { "field", "as", "codes", "unknown", "negate", "min",
		"max", "nulls", "by", "cases", "format", "inverted", "digits", "decimals", NULL };
	static const char *const no_by[] = { "field", "as", "codes", "unknown", "zero", "negate",
		"min", "max", "nulls", "format", "inverted", "digits", "decimals", NULL };
	static const char *const no_cases[] = { "cases", NULL };
	struct value *v = xcalloc(1, sizeof(*v));
	int rc;

	v->c = c;
	v->nulls = conf_get(node, "nulls");
	if (v->nulls != NULL && v->nulls->kind != CONF_LIST)
		rc = conf_fail(l->conf, v->nulls, e, "'nulls' must be a list of texts");
	else if (conf_get(node, "text") != NULL)
		rc = value_without(l->conf, node, "text", no_text, e) ||
		    value_null_key(l->conf, node, "zero", &v->zero_null, e) ||
		    value_parse_text(l, s, conf_get(node, "text"), v, e);
	else if (conf_get(node, "by") != NULL)
		rc = value_without(l->conf, node, "by", no_by, e) ||
		    value_parse_cases(l, s, node, v, e);
	else
		rc = value_without(l->conf, node, "field", no_cases, e) ||
		    value_null_key(l->conf, node, "zero", &v->zero_null, e) ||
		    value_parse_field(l, s, node, field, v, e);
	if (rc) {
		value_free(v);
		return (NULL);
	}
	v->scratch = xcalloc(1, 2 * l->length + NUMBER_TEXT);
	v->stands = v->as == VALUE_AS_TEXT && v->choice.n == 0 && v->nulls == NULL &&
	    c->id != CHARSET_EBCDIC;
	return (v);
}

size_t
value_size(const struct value *v)
{

	return (v->size);
}

bool
value_is_number(const struct value *v)
{

	return (v->as == VALUE_AS_INTEGER || v->as == VALUE_AS_DECIMAL);
}

void
value_free(struct value *v)
{
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < v->nparts; i++)
		choice_release(&v->parts[i].choice);
	for (i = 0; i < v->ncases; i++)
		value_free(v->cases[i].value);
	choice_release(&v->choice);
	free(v->parts);
	free(v->cases);
	free(v->scratch);
	free(v);
}
