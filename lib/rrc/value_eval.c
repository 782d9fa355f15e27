/* Conversions of a view, done. */

#include "rrc/value.h"

#include <stdio.h>
#include <string.h>

#include "base/trim.h"
#include "rrc/date.h"
#include "rrc/number.h"
#include "rrc/value_int.h"

/* Who asks, for the fault. */
struct value_ask {
	const char *column;
	const char *code; /* instead of the fault's own, or NULL */
	struct fault_list *faults;
};

/* Add a fault that shows the field's bytes, under the code of ${ask} if it has one; return
 * VALUE_NULL. */
static enum value_result
value_fault(const struct value *v, const struct value_ask *ask, const char *code,
    const struct layout_field *f, const struct record *rec, const char *why)
{
	enum { SHOWN = 190 };
	const bool coded = f->kind == LAYOUT_PACKED || f->kind == LAYOUT_BINARY;
	char show[2 * SHOWN + 3];
	size_t n;
	const unsigned char *p = record_field(rec, f, &n);

	if (n > SHOWN)
		n = SHOWN;
	n = coded ? charset_hex(p, n, show) : charset_show(v->c, p, n, show);
	fault_add(ask->faults, ask->code != NULL ? ask->code : code, ask->column, show, n, "%s: %s",
	    f->name, why);
	return (VALUE_NULL);
}

/* A value without a place: without the spaces around it. */
static const unsigned char *
value_trim(const struct charset *c, const unsigned char *p, size_t *n)
{

	while (*n > 0 && c->latin1[p[*n - 1]] == ' ')
		--*n;
	for (; *n > 0 && c->latin1[*p] == ' '; p++)
		--*n;
	return (p);
}

/* Read the field as a number by its kind; characters and groups are read as digits. */
static enum number_result
value_number(const struct charset *c, const struct layout_field *f, const struct record *rec,
    struct number *out)
{
	size_t n;
	const unsigned char *p = record_field(rec, f, &n);

	switch (f->kind) {
	case LAYOUT_ZONED:
		return (number_zoned(c, p, n, out));
	case LAYOUT_PACKED:
		return (number_packed(c, p, n, out));
	case LAYOUT_BINARY:
		return (number_binary(c, p, n, out));
	case LAYOUT_CHAR:
		if (rec->spans != NULL)
			p = value_trim(c, p, &n);
		break;
	case LAYOUT_DIGITS:
	case LAYOUT_GROUP:
		break;
	}
	return (n == 0 ? NUMBER_NULL : number_digits(c, p, n, out));
}

/* Let a whole number have ${digits} digits: zeros are filled in or dropped.  False: it has more. */
static bool
value_fit(struct number *x, size_t digits)
{
	size_t drop = 0;

	while (x->n - drop > digits && x->digits[drop] == '0')
		drop++;
	if (x->n - drop > digits)
		return (false);
	x->n -= drop;
	memmove(x->digits + digits - x->n, x->digits + drop, x->n);
	memset(x->digits, '0', digits - x->n);
	x->n = digits;
	return (true);
}

/* The table's entry for the raw code at ${p}, or NULL. */
static const struct layout_code *
value_lookup(const struct layout_codes *t, const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->codes[i].rawlen == len && memcmp(t->codes[i].raw, p, len) == 0)
			return (&t->codes[i]);
	return (NULL);
}

/* A code's meaning, from the code's text. */
static enum value_result
value_meaning(const struct value *v, const struct layout_codes *t, const struct layout_field *f,
    const struct record *rec, const char *p, size_t n, char *dst, size_t *len,
    const struct value_ask *ask)
{
	const struct layout_code *code = value_lookup(t, p, n);

	if (code == NULL)
		return (n == 0 || v->unknown_null ?
			VALUE_NULL :
			value_fault(v, ask, "bad_code", f, rec, "the code is not in its table"));
	if (code->text == NULL)
		return (VALUE_NULL);
	memcpy(dst, code->text, code->len);
	*len = code->len;
	return (VALUE_TEXT);
}

/* The field as text in ${dst}; VALUE_NULL with ${len} 0 if it is empty or, with a fault, bad. */
static enum value_result
value_characters(const struct value *v, const struct layout_field *f, const struct record *rec,
    bool both, char *dst, size_t *len, const struct value_ask *ask)
{
	size_t n;
	const unsigned char *p = record_field(rec, f, &n);

	if (rec->spans != NULL && n > f->width) {
		*len = 0;
		return (value_fault(v, ask, "too_long", f, rec, "it is longer than its column"));
	}
	switch (charset_text(v->c, p, n, both, dst, len)) {
	case CHARSET_NULL:
		*len = 0;
		return (VALUE_NULL);
	case CHARSET_PLAIN:
		return (VALUE_PLAIN);
	case CHARSET_TEXT:
		return (VALUE_TEXT);
	case CHARSET_FAULT:
		break;
	}
	*len = 0;
	return (value_fault(v, ask, "bad_character", f, rec, "a byte in it is not a character"));
}

/* Convert a code to its meaning, or Y, N, 0 and space to true or false. */
static enum value_result
value_code(const struct value *v, const struct record *rec, char *dst, size_t *len,
    const struct value_ask *ask)
{
	size_t before = fault_count(ask->faults), n;

	if (value_characters(v, v->field, rec, false, v->scratch, &n, ask) == VALUE_NULL &&
	    fault_count(ask->faults) != before)
		return (VALUE_NULL);
	if (v->as == VALUE_AS_CODE)
		return (value_meaning(v, v->table, v->field, rec, v->scratch, n, dst, len, ask));
	if (n == 0 || (n == 1 && (v->scratch[0] == 'N' || v->scratch[0] == '0'))) {
		memcpy(dst, "false", 5);
		*len = 5;
	} else if (n == 1 && v->scratch[0] == 'Y') {
		memcpy(dst, "true", 4);
		*len = 4;
	} else {
		return (
		    value_fault(v, ask, "bad_code", v->field, rec, "it is not Y, N, 0 or a space"));
	}
	return (VALUE_PLAIN);
}

/* Convert to digits, integer or decimal; apply zero, negate, min and max as the view says. */
static enum value_result
value_numeric(const struct value *v, const struct record *rec, char *dst, size_t *len,
    const struct value_ask *ask)
{
	const struct layout_field *f = v->field;
	struct number x;
	int64_t scaled;
	size_t n;
	const unsigned char *p = record_field(rec, f, &n);
	char why[100];

	switch (f->kind == LAYOUT_CHAR && v->as != VALUE_AS_DIGITS ?
		number_text(v->c, p, n, v->decimals, &x) :
		value_number(v->c, f, rec, &x)) {
	case NUMBER_NULL:
		return (VALUE_NULL);
	case NUMBER_BAD_DIGITS:
		return (value_fault(v, ask, "bad_digits", f, rec, "it is not a number"));
	case NUMBER_BAD_SIGN:
		return (value_fault(v, ask, "bad_sign", f, rec, "its sign is invalid"));
	case NUMBER_OK:
		break;
	}
	if (v->zero_null && number_is_zero(&x))
		return (VALUE_NULL);
	if (v->negate)
		x.negative = !x.negative;
	if (v->as == VALUE_AS_DIGITS) {
		if (v->digits > 0 && !value_fit(&x, v->digits))
			return (value_fault(v, ask, "bad_digits", f, rec, "it has more digits"));
		memcpy(dst, x.digits, x.n);
		*len = x.n;
		return (VALUE_PLAIN);
	}
	if (v->has_min || v->has_max) {
		if (number_scaled(&x, &scaled) || (v->has_min && scaled < v->min) ||
		    (v->has_max && scaled > v->max)) {
			(void)snprintf(why, sizeof(why), "it is not %s%s%s%s%s",
			    v->has_min ? "from " : "", v->has_min ? v->min_text : "",
			    v->has_min && v->has_max ? " " : "", v->has_max ? "up to " : "",
			    v->has_max ? v->max_text : "");
			return (value_fault(v, ask, "out_of_range", f, rec, why));
		}
	}
	*len = number_short(&x, v->decimals, dst);
	return (VALUE_PLAIN);
}

/* A date that is written otherwise than in digits. */
static enum date_result
value_date_text(const struct value *v, const struct record *rec, char *dst)
{
	size_t n, len;
	const unsigned char *p = record_field(rec, v->field, &n);

	if (n > v->field->width)
		return (DATE_BAD);
	switch (charset_text(v->c, p, n, true, v->scratch, &len)) {
	case CHARSET_NULL:
		return (DATE_NULL);
	case CHARSET_PLAIN:
	case CHARSET_TEXT:
		return (date_text(v->format, v->scratch, len, dst));
	case CHARSET_FAULT:
		break;
	}
	return (DATE_BAD);
}

/* A date in digits; zeros are NULL, however many. */
static enum date_result
value_date_digits(const struct value *v, const struct record *rec, char *dst)
{
	struct number x;

	switch (value_number(v->c, v->field, rec, &x)) {
	case NUMBER_NULL:
		return (DATE_NULL);
	case NUMBER_OK:
		break;
	case NUMBER_BAD_DIGITS:
	case NUMBER_BAD_SIGN:
		return (DATE_BAD);
	}
	if (number_is_zero(&x))
		return (DATE_NULL);
	if (x.n != (v->as == VALUE_AS_DATE ? 8u : 6u))
		return (DATE_BAD);
	if (v->inverted)
		date_inverted(x.digits);
	return (v->as == VALUE_AS_DATE ? date_day(x.digits, dst) : date_month(x.digits, dst));
}

/* Convert digits to YYYY-MM-DD or YYYY-MM, other forms to the former; zeros are NULL. */
static enum value_result
value_date(const struct value *v, const struct record *rec, char *dst, size_t *len,
    const struct value_ask *ask)
{
	const enum date_result res = v->format != DATE_CCYYMMDD ? value_date_text(v, rec, dst) :
								  value_date_digits(v, rec, dst);

	*len = v->as == VALUE_AS_DATE ? 10 : 7;
	if (res == DATE_BAD)
		return (value_fault(v, ask, "bad_date", v->field, rec,
		    v->as == VALUE_AS_DATE ? "it is not a day from 1859 to 2099" :
					     "it is not a month from 1859 to 2099"));
	return (res == DATE_OK ? VALUE_PLAIN : VALUE_NULL);
}

/* One field of a template, behind what ${dst} holds so far. */
static enum value_result
value_part(const struct value *v, const struct value_part *part, const struct record *rec,
    char *dst, size_t *len, const struct value_ask *ask)
{
	const struct layout_field *f = part->field;
	struct number x;

	if (!choice_holds(&part->choice, rec))
		return (VALUE_NULL);
	if (part->digits == 0 && (f->kind == LAYOUT_CHAR || f->kind == LAYOUT_GROUP)) {
		if (value_characters(v, f, rec, true, v->scratch, len, ask) == VALUE_NULL)
			return (VALUE_NULL);
	} else {
		switch (value_number(v->c, f, rec, &x)) {
		case NUMBER_NULL:
			return (VALUE_NULL);
		case NUMBER_BAD_DIGITS:
			return (value_fault(v, ask, "bad_digits", f, rec, "it is not a number"));
		case NUMBER_BAD_SIGN:
			return (value_fault(v, ask, "bad_sign", f, rec, "its sign is invalid"));
		case NUMBER_OK:
			break;
		}
		if (v->zero_null && number_is_zero(&x))
			return (VALUE_NULL);
		if (part->digits > 0 && !value_fit(&x, part->digits))
			return (value_fault(v, ask, "bad_digits", f, rec, "it has more digits"));
		*len = number_physical(&x, f->decimals, v->scratch);
	}
	if (part->first > 0) {
		if (*len < part->last)
			return (value_fault(v, ask, "bad_digits", f, rec, "it is too short"));
		*len = part->last - part->first + 1;
		memmove(v->scratch, v->scratch + part->first - 1, *len);
	}
	if (part->table != NULL)
		return (value_meaning(v, part->table, f, rec, v->scratch, *len, dst, len, ask));
	memcpy(dst, v->scratch, *len);
	return (VALUE_TEXT);
}

/* A template is NULL where one of its fields is; every field is looked at. */
static enum value_result
value_composed(const struct value *v, const struct record *rec, char *dst, size_t *len,
    const struct value_ask *ask)
{
	enum value_result res = VALUE_TEXT;
	size_t o = 0, n, i, before = fault_count(ask->faults);

	for (i = 0; i < v->nparts; i++) {
		const struct value_part *part = &v->parts[i];

		memcpy(dst + o, part->literal, part->len);
		o += part->len;
		if (part->field == NULL)
			break;
		if (value_part(v, part, rec, dst + o, &n, ask) != VALUE_NULL) {
			o += n;
			continue;
		}
		res = VALUE_NULL;
		/* A key has no NULL in it. */
		if (ask->code != NULL && fault_count(ask->faults) == before)
			(void)value_fault(v, ask, ask->code, part->field, rec, "it is empty");
	}
	*len = o;
	return (res);
}

/* "nulls: [...]": texts, as the field bears them, that stand for no value. */
static bool
value_is_sentinel(const struct value *v, const struct record *rec)
{
	const struct layout_field *f = v->field;
	const struct conf_node *n;
	struct number x;
	size_t len = 0, width;
	const unsigned char *p = record_field(rec, f, &width);

	if (f->kind == LAYOUT_CHAR || f->kind == LAYOUT_GROUP) {
		if (width > f->width ||
		    charset_text(v->c, p, width, true, v->scratch, &len) == CHARSET_FAULT)
			return (false);
	} else if (value_number(v->c, f, rec, &x) == NUMBER_OK) {
		len = number_physical(&x, f->decimals, v->scratch);
	}
	for (n = v->nulls->child; n != NULL; n = n->next)
		if (n->len == len && memcmp(n->text, v->scratch, len) == 0)
			return (true);
	return (false);
}

/* The case that the record's code chooses, or NULL. */
static const struct value *
value_chosen(const struct value *v, const struct record *rec)
{
	const unsigned char *p;
	size_t i, n;

	p = record_field(rec, v->field, &n);
	for (i = 0; i < v->ncases; i++)
		if (v->cases[i].width == n && memcmp(p, v->cases[i].code, n) == 0)
			return (v->cases[i].value);
	return (NULL);
}

/* Convert by kind; NULL if the field is absent, its text stands for NULL, or no case matches. */
static enum value_result
value_any(const struct value *v, const struct record *rec, char *dst, size_t *len,
    const struct value_ask *ask)
{
	const struct value *chosen;

	if (!choice_holds(&v->choice, rec))
		return (VALUE_NULL);
	if (v->nulls != NULL && value_is_sentinel(v, rec))
		return (VALUE_NULL);
	switch (v->as) {
	case VALUE_AS_TEXT:
		return (value_characters(v, v->field, rec, true, dst, len, ask));
	case VALUE_AS_CODE:
	case VALUE_AS_BOOLEAN:
		return (value_code(v, rec, dst, len, ask));
	case VALUE_AS_DIGITS:
	case VALUE_AS_INTEGER:
	case VALUE_AS_DECIMAL:
		return (value_numeric(v, rec, dst, len, ask));
	case VALUE_AS_DATE:
	case VALUE_AS_MONTH:
		return (value_date(v, rec, dst, len, ask));
	case VALUE_AS_COMPOSED:
		return (value_composed(v, rec, dst, len, ask));
	case VALUE_AS_CHOSEN:
		break;
	}
	chosen = value_chosen(v, rec);
	return (chosen != NULL ? value_any(chosen, rec, dst, len, ask) : VALUE_NULL);
}

bool
value_may_stand(const struct value *v)
{

	return (v->stands);
}

bool
value_stands(const struct value *v, const struct record *rec, const char **p, size_t *len)
{
	size_t n;
	const char *b = (const char *)record_field(rec, v->field, &n);

	if (n > v->field->width)
		return (false);
	b = trim_spaces(b, &n);
	if (n == 0 || *b == '#' || !charset_printable((const unsigned char *)b, n))
		return (false);
	*p = b;
	*len = n;
	return (true);
}

enum value_result
value_eval(const struct value *v, const struct record *rec, char *dst, size_t *len,
    const char *column, const char *code, struct fault_list *faults)
{
	const struct value_ask ask = { column, code, faults };
	size_t before = fault_count(faults);
	enum value_result res = value_any(v, rec, dst, len, &ask);

	if (res == VALUE_NULL && code != NULL && fault_count(faults) == before)
		fault_add(faults, code, column, NULL, 0, "the key is empty");
	return (res);
}

void
value_fields(const struct value *v, const struct record *rec, value_field_fn *each, void *cookie)
{
	const struct value *chosen;
	size_t i;

	if (v->as == VALUE_AS_COMPOSED) {
		for (i = 0; i < v->nparts; i++)
			if (v->parts[i].field != NULL)
				each(cookie, v->parts[i].field);
		return;
	}
	if (v->choice.n > 0)
		each(cookie, v->choice.on);
	each(cookie, v->field);
	if (v->as == VALUE_AS_CHOSEN && (chosen = value_chosen(v, rec)) != NULL)
		value_fields(chosen, rec, each, cookie);
}
