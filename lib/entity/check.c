/* Values against a field's definition, with a reason for each that does not pass. */

#include "entity/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "entity/preset.h"

enum { CHECK_NUMBER_MAX = 100, CHECK_REASON_MAX = 400 };

struct check_choice {
	const char *p;
	size_t len;
};

struct check {
	const struct field_definition *f;
	const struct preset *preset; /* or NULL */
	int (*type)(struct check *, const char *, size_t, struct check_result *);
	struct check_choice *choices; /* sorted */
	size_t nchoices;
	size_t max_chars;               /* of a text; 0: no limit */
	size_t ref_len;                 /* "operator": 8 */
	char reason[CHECK_REASON_MAX];  /* made for this field */
	char scratch[CHECK_NUMBER_MAX]; /* a number without its leading zeros */
};

/* Fill ${r} with the fault, whose strings are not copied; always return -1. */
static int
check_bad(struct check_result *r, const char *code, const char *reason)
{

	r->code = code;
	r->reason = reason;
	return (-1);
}

/* Fill ${r} with the value as it goes on, which is not copied; always return 0. */
static int
check_good(struct check_result *r, const char *p, size_t len, bool plain)
{

	r->p = p;
	r->len = len;
	r->plain = plain;
	return (0);
}

int
check_scan(const char *p, size_t len, bool *plain, size_t *chars)
{
	const unsigned char *s = (const unsigned char *)p;
	bool special = len == 0 || s[0] == ' ' || s[0] == '#' || s[len - 1] == ' ';
	size_t i, count = 0;
	unsigned char any = 0;

	for (i = 0; i < len; i++) {
		special |= s[i] == ',' || s[i] == '"' || s[i] < ' ';
		count += (s[i] & 0xc0) != 0x80;
		any |= s[i];
	}
	/* ASCII without controls needs no further look. */
	if ((special || any > 0x7f) && utf8_span(p, len) != len)
		return (-1);
	*plain = !special;
	*chars = count;
	return (0);
}

/* Check for UTF-8 without a NUL, and for the number of characters that the field's role allows. */
static int
check_text(struct check *c, const char *p, size_t len, struct check_result *r)
{
	size_t chars;
	bool plain;

	if (check_scan(p, len, &plain, &chars))
		return (check_bad(r, "bad_character", "is not UTF-8, or has a NUL"));
	if (c->max_chars > 0 && chars > c->max_chars)
		return (check_bad(r, "too_long", c->reason));
	return (check_good(r, p, len, plain));
}

/*
 * What is a number to JSON (RFC 8259, section 6) without an exponent; the sign
 * of a zero goes, because numeric has none.
 */
static int
check_number(struct check *c, const char *p, size_t len, struct check_result *r)
{
	const char *start = p, *digits, *end = p + len;
	bool minus, zero = true;

	if ((minus = len > 0 && *p == '-'))
		p++;
	digits = p;
	while (p < end && *p >= '0' && *p <= '9')
		if (*p++ != '0')
			zero = false;
	if (p == digits)
		return (check_bad(r, "bad_type", "is not a number"));
	while (digits < p - 1 && *digits == '0')
		digits++;
	if (p < end) {
		const char *fraction = p + 1;

		if (*p != '.')
			return (check_bad(r, "bad_type", "is not a number"));
		for (p = fraction; p < end && *p >= '0' && *p <= '9'; p++)
			if (*p != '0')
				zero = false;
		if (p == fraction || p < end)
			return (check_bad(r, "bad_type", "is not a number"));
		if (c->f->integer)
			return (check_bad(r, "bad_type", "is not a whole number"));
	}
	if (end - digits > CHECK_NUMBER_MAX - 1)
		return (check_bad(r, "too_long", "has more than 99 digits"));
	if (!minus || zero)
		return (check_good(r, digits, (size_t)(end - digits), true));
	if (digits == start + 1)
		return (check_good(r, start, len, true));
	c->scratch[0] = '-';
	memcpy(c->scratch + 1, digits, (size_t)(end - digits));
	return (check_good(r, c->scratch, (size_t)(end - digits) + 1, true));
}

/* Check that the value is YYYY-MM-DD and a day of the Gregorian calendar, from year 1 on. */
static int
check_date(struct check *c, const char *p, size_t len, struct check_result *r)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned v[3] = { 0, 0, 0 }, last;
	size_t i, part = 0;

	(void)c;
	if (len != 10)
		return (check_bad(r, "bad_date", "is not a date (YYYY-MM-DD)"));
	for (i = 0; i < len; i++) {
		if (i == 4 || i == 7) {
			if (p[i] != '-')
				return (check_bad(r, "bad_date", "is not a date (YYYY-MM-DD)"));
			part++;
		} else if (p[i] >= '0' && p[i] <= '9') {
			v[part] = v[part] * 10 + (unsigned)(p[i] - '0');
		} else {
			return (check_bad(r, "bad_date", "is not a date (YYYY-MM-DD)"));
		}
	}
	if (v[0] < 1 || v[1] < 1 || v[1] > 12)
		return (check_bad(r, "bad_date", "is not a day of the calendar"));
	last = days[v[1] - 1];
	if (v[1] == 2 && v[0] % 4 == 0 && (v[0] % 100 != 0 || v[0] % 400 == 0))
		last = 29;
	if (v[2] < 1 || v[2] > last)
		return (check_bad(r, "bad_date", "is not a day of the calendar"));
	return (check_good(r, p, len, true));
}

/* Change true, Y and 1 to true, and false, N and 0 to false; anything else is a fault. */
static int
check_boolean(struct check *c, const char *p, size_t len, struct check_result *r)
{

	(void)c;
	if ((len == 1 && (*p == 'Y' || *p == '1')) || (len == 4 && memcmp(p, "true", 4) == 0))
		return (check_good(r, "true", 4, true));
	if ((len == 1 && (*p == 'N' || *p == '0')) || (len == 5 && memcmp(p, "false", 5) == 0))
		return (check_good(r, "false", 5, true));
	return (check_bad(r, "bad_type", "is not one of true, false, Y, N, 1, 0"));
}

/* Order by bytes, the shorter of equal beginnings first, for qsort() and bsearch(). */
static int
check_choice_order(const void *va, const void *vb)
{
	const struct check_choice *a = va, *b = vb;
	int d = memcmp(a->p, b->p, a->len < b->len ? a->len : b->len);

	return (d != 0 ? d : (a->len > b->len) - (a->len < b->len));
}

/* Check that the value is, byte for byte, one of the field's choices. */
static int
check_select(struct check *c, const char *p, size_t len, struct check_result *r)
{
	struct check_choice key = { p, len };

	if (bsearch(&key, c->choices, c->nchoices, sizeof(key), check_choice_order) == NULL)
		return (check_bad(r, "bad_choice", c->reason));
	return (check_text(c, p, len, r));
}

/* Check the value's form as a key of the type that the field refers to; whether the entity exists
 * is not looked up. */
static int
check_ref(struct check *c, const char *p, size_t len, struct check_result *r)
{
	size_t chars;
	bool plain;

	if (check_scan(p, len, &plain, &chars))
		return (check_bad(r, "bad_character", "is not UTF-8, or has a NUL"));
	if (chars > CHECK_KEY_MAX)
		return (check_bad(r, "too_long", "is longer than an entity key (255)"));
	if (strcmp(c->f->ref, "well") == 0) {
		if (!preset_is_api_number(p, len))
			return (check_bad(r, "bad_key", c->reason));
	} else if (len <= c->ref_len + 1 || memcmp(p, c->f->ref, c->ref_len) != 0 ||
	    p[c->ref_len] != ':') {
		return (check_bad(r, "bad_key", c->reason));
	}
	return (check_good(r, p, len, plain));
}

/* Whether the text is roughly an e-mail address: up to 64 bytes, one '@', and a host with a dot
 * inside. */
static bool
check_email(const char *p, size_t len)
{
	const char *at = memchr(p, '@', len), *dot;
	size_t i, host;

	if (at == NULL || at == p || at - p > 64 || len > 254)
		return (false);
	for (i = 0; i < len; i++)
		if ((unsigned char)p[i] <= ' ' || p[i] == 0x7f)
			return (false);
	host = len - (size_t)(at + 1 - p);
	if (host < 3 || memchr(at + 1, '@', host) != NULL)
		return (false);
	dot = memchr(at + 1, '.', host);
	return (dot != NULL && dot != at + 1 && p[len - 1] != '.');
}

/* Whether the text is an http or https URL with a host, and without spaces or control characters.
 */
static bool
check_url(const char *p, size_t len)
{
	size_t skip, i;

	if (len > 8 && memcmp(p, "https://", 8) == 0)
		skip = 8;
	else if (len > 7 && memcmp(p, "http://", 7) == 0)
		skip = 7;
	else
		return (false);
	for (i = 0; i < len; i++)
		if ((unsigned char)p[i] <= ' ' || p[i] == 0x7f)
			return (false);
	return (p[skip] != '/' && p[skip] != '?' && p[skip] != '#' && p[skip] != ':');
}

/* Whether the text has 7 to 20 digits and otherwise only separators, 'x', or a '+' in front. */
static bool
check_phone(const char *p, size_t len)
{
	size_t i, digits = 0;

	for (i = 0; i < len; i++) {
		if (p[i] >= '0' && p[i] <= '9')
			digits++;
		else if (memchr(" -().x", p[i], 6) == NULL && !(p[i] == '+' && i == 0))
			return (false);
	}
	return (digits >= 7 && digits <= 20);
}

/* Check for the form of an e-mail address, then as any text. */
static int
check_email_text(struct check *c, const char *p, size_t len, struct check_result *r)
{

	if (!check_email(p, len))
		return (check_bad(r, "bad_type", "is not an e-mail address"));
	return (check_text(c, p, len, r));
}

/* Check for the form of an http or https URL, then as any text. */
static int
check_url_text(struct check *c, const char *p, size_t len, struct check_result *r)
{

	if (!check_url(p, len))
		return (check_bad(r, "bad_type", "is not a http or https address"));
	return (check_text(c, p, len, r));
}

/* Check for the form of a telephone number, then as any text. */
static int
check_phone_text(struct check *c, const char *p, size_t len, struct check_result *r)
{

	if (!check_phone(p, len))
		return (check_bad(r, "bad_type", "is not a telephone number"));
	return (check_text(c, p, len, r));
}

/* The input types; doc/manual/field-types.md says the same. */
static const struct check_input {
	const char *name;
	enum field_type type;
	bool integer;
	int (*fn)(struct check *, const char *, size_t, struct check_result *);
} check_inputs[] = {
	{ "text", FIELD_TEXT, false, check_text },
	{ "textarea", FIELD_TEXT, false, check_text },
	{ "email", FIELD_TEXT, false, check_email_text },
	{ "url", FIELD_TEXT, false, check_url_text },
	{ "phone", FIELD_TEXT, false, check_phone_text },
	{ "number", FIELD_NUMBER, false, check_number },
	{ "integer", FIELD_NUMBER, true, check_number },
	{ "date", FIELD_DATE, false, check_date },
	{ "boolean", FIELD_BOOLEAN, false, check_boolean },
	{ "checkbox", FIELD_BOOLEAN, false, check_boolean },
	{ "select", FIELD_SELECT, false, check_select },
	{ "ref", FIELD_REF, false, check_ref },
};

/* Find the input type that ${f} names in the static table; NULL if it is unknown. */
static const struct check_input *
check_input(const struct field_definition *f)
{
	size_t i;

	for (i = 0; i < sizeof(check_inputs) / sizeof(check_inputs[0]); i++)
		if (strcmp(check_inputs[i].name, f->input_type) == 0)
			return (&check_inputs[i]);
	return (NULL);
}

/* Fail unless a select has choices, none of them twice, and any other type has none. */
static int
check_define_choices(const struct field_definition *f, struct err *e)
{
	size_t i, k;

	if (f->type != FIELD_SELECT && f->nchoices > 0)
		return (err_set(e, STATUS_CONFIG,
		    "field '%s': choices are for the input type select, not %s", f->key,
		    f->input_type));
	if (f->type == FIELD_SELECT && f->nchoices == 0)
		return (err_set(e, STATUS_CONFIG, "field '%s': a select needs choices", f->key));
	for (i = 0; i < f->nchoices; i++)
		for (k = 0; k < i; k++)
			if (strcmp(f->choices[i], f->choices[k]) == 0)
				return (err_set(e, STATUS_CONFIG,
				    "field '%s': the choice '%s' is defined twice", f->key,
				    f->choices[i]));
	return (0);
}

int
check_define(struct field_definition *f, struct err *e)
{
	const struct check_input *in = check_input(f);
	const struct preset *preset;
	size_t i;

	if (in == NULL) {
		char known[200] = "";

		for (i = 0; i < sizeof(check_inputs) / sizeof(check_inputs[0]); i++)
			(void)snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
			    i ? ", " : "", check_inputs[i].name);
		(void)err_set(e, STATUS_CONFIG, "field '%s': unknown input type '%s'", f->key,
		    f->input_type);
		return (err_hint(e, "known: %s", known));
	}
	f->type = in->type;
	f->integer = in->integer;
	if (f->ref != NULL && strcmp(in->name, "text") == 0)
		f->type = FIELD_REF;
	if (f->type == FIELD_REF && f->ref == NULL)
		return (err_set(e, STATUS_CONFIG,
		    "field '%s': a ref must name the type that it points to", f->key));
	if (f->type != FIELD_REF && f->ref != NULL)
		return (err_set(e, STATUS_CONFIG,
		    "field '%s': ref is for the input types ref and text, not %s", f->key,
		    f->input_type));
	if (check_define_choices(f, e))
		return (-1);
	if (f->preset == NULL)
		return (0);
	if ((preset = preset_find(f->preset)) == NULL) {
		char known[300];

		(void)err_set(e, STATUS_CONFIG, "field '%s': unknown validation preset '%s'",
		    f->key, f->preset);
		return (err_hint(e, "known: %s", preset_names(known, sizeof(known))));
	}
	if (preset->number != (f->type == FIELD_NUMBER) || f->type == FIELD_DATE ||
	    f->type == FIELD_BOOLEAN)
		return (err_set(e, STATUS_CONFIG,
		    "field '%s': the validation preset '%s' is not for the input type %s", f->key,
		    f->preset, f->input_type));
	return (0);
}

/* The reason that a fault of this field's type or length is given. */
static void
check_reason(struct check *c)
{
	const struct field_definition *f = c->f;
	size_t i, n;

	if (f->type == FIELD_REF) {
		(void)snprintf(c->reason, sizeof(c->reason),
		    strcmp(f->ref, "well") == 0 ? "is not the key of a %s (42-CCC-UUUUU)" :
						  "is not the key of another entity (%s:...)",
		    f->ref);
	} else if (f->type == FIELD_SELECT) {
		(void)snprintf(c->reason, sizeof(c->reason), "is not one of");
		for (i = 0; i < f->nchoices; i++) {
			n = strlen(c->reason);
			if (sizeof(c->reason) - n < strlen(f->choices[i]) + 8) {
				(void)snprintf(c->reason + n, sizeof(c->reason) - n, " ...");
				break;
			}
			(void)snprintf(c->reason + n, sizeof(c->reason) - n, "%s %s", i ? "," : "",
			    f->choices[i]);
		}
	} else {
		(void)snprintf(c->reason, sizeof(c->reason), "is longer than %zu characters",
		    c->max_chars);
	}
}

struct check *
check_new(const struct field_definition *f)
{
	struct check *c = xcalloc(1, sizeof(*c));
	const struct check_input *in = check_input(f);
	size_t i;

	c->f = f;
	c->type = f->type == FIELD_REF ? check_ref : in != NULL ? in->fn : check_text;
	c->preset = f->preset != NULL ? preset_find(f->preset) : NULL;
	c->ref_len = f->ref != NULL ? strlen(f->ref) : 0;
	c->max_chars = f->role == ROLE_NAME ? CHECK_NAME_MAX :
	    f->role == ROLE_FIELD           ? CHECK_FIELD_MAX :
	    f->role == ROLE_DISTRICT        ? CHECK_DISTRICT_MAX :
	    f->role == ROLE_IDENTITY        ? CHECK_KEY_MAX :
					      0;
	c->nchoices = f->nchoices;
	c->choices = xcalloc(f->nchoices, sizeof(*c->choices));
	for (i = 0; i < f->nchoices; i++) {
		c->choices[i].p = f->choices[i];
		c->choices[i].len = strlen(f->choices[i]);
	}
	if (f->nchoices > 1)
		qsort(c->choices, f->nchoices, sizeof(*c->choices), check_choice_order);
	check_reason(c);
	return (c);
}

int
check_value(struct check *c, const char *p, size_t len, struct check_result *r)
{

	if (c->type(c, p, len, r))
		return (-1);
	if (c->preset != NULL && !c->preset->good(r->p, r->len))
		return (check_bad(r, c->preset->code, c->preset->reason));
	return (0);
}

void
check_free(struct check *c)
{

	if (c == NULL)
		return;
	free(c->choices);
	free(c);
}
