#include <stdlib.h>
#include <string.h>

#include "../../tap.h"
#include "entity/check.h"
#include "entity/preset.h"

/* A value against a field: what should come of it, or else which code. */
static const struct value_case {
	const char *type, *preset, *ref, *in, *out, *code;
} cases[] = {
	{ "text", NULL, NULL, "", "", NULL },
	{ "text", NULL, NULL, "a\tb\nc", "a\tb\nc", NULL },
	{ "text", NULL, NULL, "\xc3\xa4\xf0\x9f\x9b\xa2", "\xc3\xa4\xf0\x9f\x9b\xa2", NULL },
	{ "text", NULL, NULL, "\xc3", NULL, "bad_character" },
	{ "text", NULL, NULL, "\xc0\xaf", NULL, "bad_character" },
	{ "textarea", NULL, NULL, "\xed\xa0\x80", NULL, "bad_character" },
	{ "number", NULL, NULL, "0", "0", NULL },
	{ "number", NULL, NULL, "000", "0", NULL },
	{ "number", NULL, NULL, "007", "7", NULL },
	{ "number", NULL, NULL, "00.10", "0.10", NULL },
	{ "number", NULL, NULL, "-007.50", "-7.50", NULL },
	{ "number", NULL, NULL, "-7.50", "-7.50", NULL },
	{ "number", NULL, NULL, "-0", "0", NULL },
	{ "number", NULL, NULL, "-00.00", "0.00", NULL },
	{ "number", NULL, NULL, "123456789012345678901234567890.000000000000000000001",
	    "123456789012345678901234567890.000000000000000000001", NULL },
	{ "number", NULL, NULL, "+1", NULL, "bad_type" },
	{ "number", NULL, NULL, "1e5", NULL, "bad_type" },
	{ "number", NULL, NULL, "1.", NULL, "bad_type" },
	{ "number", NULL, NULL, ".1", NULL, "bad_type" },
	{ "number", NULL, NULL, "-", NULL, "bad_type" },
	{ "number", NULL, NULL, "", NULL, "bad_type" },
	{ "number", NULL, NULL, "1 ", NULL, "bad_type" },
	{ "number", NULL, NULL, "1.2.3", NULL, "bad_type" },
	{ "number", NULL, NULL, "0x10", NULL, "bad_type" },
	{ "number", NULL, NULL, "NaN", NULL, "bad_type" },
	{ "number", "positive", NULL, "0.001", "0.001", NULL },
	{ "number", "positive", NULL, "0.000", NULL, "out_of_range" },
	{ "number", "positive", NULL, "-0", NULL, "out_of_range" },
	{ "number", "positive", NULL, "-1", NULL, "out_of_range" },
	{ "number", "non_negative", NULL, "-0", "0", NULL },
	{ "number", "latitude", NULL, "90", "90", NULL },
	{ "number", "latitude", NULL, "90.0000", "90.0000", NULL },
	{ "number", "latitude", NULL, "-90.0000001", NULL, "out_of_range" },
	{ "number", "latitude", NULL, "4294967386", NULL, "out_of_range" },
	{ "number", "longitude", NULL, "-180", "-180", NULL },
	{ "number", "longitude", NULL, "180.1", NULL, "out_of_range" },
	{ "number", "percentage", NULL, "100", "100", NULL },
	{ "number", "percentage", NULL, "100.5", NULL, "out_of_range" },
	{ "number", "percentage", NULL, "-0.5", NULL, "out_of_range" },
	{ "integer", NULL, NULL, "0042", "42", NULL },
	{ "integer", NULL, NULL, "42.0", NULL, "bad_type" },
	{ "date", NULL, NULL, "2024-02-29", "2024-02-29", NULL },
	{ "date", NULL, NULL, "2000-02-29", "2000-02-29", NULL },
	{ "date", NULL, NULL, "1900-02-29", NULL, "bad_date" },
	{ "date", NULL, NULL, "2023-02-29", NULL, "bad_date" },
	{ "date", NULL, NULL, "2023-04-31", NULL, "bad_date" },
	{ "date", NULL, NULL, "2023-00-10", NULL, "bad_date" },
	{ "date", NULL, NULL, "2023-13-10", NULL, "bad_date" },
	{ "date", NULL, NULL, "0000-01-01", NULL, "bad_date" },
	{ "date", NULL, NULL, "2023/01/01", NULL, "bad_date" },
	{ "date", NULL, NULL, "2023-1-1", NULL, "bad_date" },
	{ "date", NULL, NULL, "2023-01-01T00:00", NULL, "bad_date" },
	{ "boolean", NULL, NULL, "Y", "true", NULL },
	{ "boolean", NULL, NULL, "0", "false", NULL },
	{ "checkbox", NULL, NULL, "true", "true", NULL },
	{ "boolean", NULL, NULL, "TRUE", NULL, "bad_type" },
	{ "boolean", NULL, NULL, "", NULL, "bad_type" },
	{ "email", NULL, NULL, "a.b@rrc.texas.gov", "a.b@rrc.texas.gov", NULL },
	{ "email", NULL, NULL, "a@b", NULL, "bad_type" },
	{ "email", NULL, NULL, "@b.c", NULL, "bad_type" },
	{ "email", NULL, NULL, "a@.bc", NULL, "bad_type" },
	{ "url", NULL, NULL, "https://rrc.texas.gov/a?b", "https://rrc.texas.gov/a?b", NULL },
	{ "url", NULL, NULL, "javascript:alert(1)", NULL, "bad_type" },
	{ "url", NULL, NULL, "http://", NULL, "bad_type" },
	{ "phone", NULL, NULL, "(512) 463-6838 x12", "(512) 463-6838 x12", NULL },
	{ "phone", NULL, NULL, "463", NULL, "bad_type" },
	{ "ref", NULL, "operator", "operator:886261", "operator:886261", NULL },
	{ "ref", NULL, "operator", "operator:", NULL, "bad_key" },
	{ "ref", NULL, "operator", "operators:1", NULL, "bad_key" },
	{ "text", NULL, "operator", "lease:G-123456", NULL, "bad_key" },
	{ "ref", NULL, "well", "42-383-12345", "42-383-12345", NULL },
	{ "ref", NULL, "well", "well:42-383-12345", NULL, "bad_key" },
	{ "ref", "operator_number", "operator", "operator:88626", NULL, "bad_code" },
	{ "ref", "lease_key", "lease", "lease:O-7B-00001", "lease:O-7B-00001", NULL },
	{ "ref", "lease_key", "lease", "lease:O-12-00001", NULL, "bad_key" },
	{ "ref", "lease_key", "lease", "lease:G-00001", NULL, "bad_key" },
	{ "text", "lease_key", NULL, "G-123456", "G-123456", NULL },
	{ "text", "api_number", NULL, "42-507-99999", "42-507-99999", NULL },
	{ "text", "api_number", NULL, "42-507-9999", NULL, "bad_key" },
	{ "text", "api_number", NULL, "42-507-999999", NULL, "bad_key" },
	{ "text", "api_number", NULL, "17-507-99999", NULL, "bad_key" },
	{ "text", "api_number", NULL, "42-507-00000", NULL, "bad_key" },
	{ "text", "rrc_district", NULL, "6E", "6E", NULL },
	{ "text", "rrc_district", NULL, "12", NULL, "bad_code" },
	{ "text", "rrc_district", NULL, "10", "10", NULL },
	{ "text", "rrc_district", NULL, "20", NULL, "bad_code" },
	{ "text", "rrc_district", NULL, "E7", NULL, "bad_code" },
	{ "text", "county_code", NULL, "383", "383", NULL },
	{ "text", "county_code", NULL, "000", NULL, "bad_code" },
	{ "text", "operator_number", NULL, "000001", "000001", NULL },
	{ "text", "operator_number", NULL, "000000", NULL, "bad_code" },
};

/* A copy in a block of its own size, so that reading past its end is seen. */
static char *
exact(const char *s, size_t len)
{
	char *p = malloc(len ? len : 1);

	if (p == NULL)
		exit(70);
	memcpy(p, s, len);
	return (p);
}

static void
test_value(const struct value_case *t)
{
	char key[] = "f", type[32], preset[32] = "", ref[32] = "";
	struct field_definition f = { .key = key, .input_type = type };
	struct check_result r = { .code = "?" };
	struct err e = ERR_INIT;
	size_t len = strlen(t->in);
	char *in = exact(t->in, len), shown[200];
	struct check *c;
	int rc;

	(void)snprintf(type, sizeof(type), "%s", t->type);
	if (t->preset != NULL) {
		(void)snprintf(preset, sizeof(preset), "%s", t->preset);
		f.preset = preset;
	}
	if (t->ref != NULL) {
		(void)snprintf(ref, sizeof(ref), "%s", t->ref);
		f.ref = ref;
	}
	if (!tap_ok(check_define(&f, &e) == 0, "a %s with the preset %s is defined: %s", t->type,
		t->preset ? t->preset : "-", e.msg))
		return;
	c = check_new(&f);
	rc = check_value(c, in, len, &r);
	if (t->out != NULL)
		(void)tap_ok(rc == 0 && r.len == strlen(t->out) && memcmp(r.p, t->out, r.len) == 0,
		    "%s %s '%s' is good", t->type, t->preset ? t->preset : "-",
		    err_quote(shown, sizeof(shown), in, len));
	else
		(void)tap_ok(rc == -1 && strcmp(r.code, t->code) == 0 && r.reason[0] != '\0',
		    "%s %s '%s' is %s", t->type, t->preset ? t->preset : "-",
		    err_quote(shown, sizeof(shown), in, len), t->code);
	check_free(c);
	free(in);
}

static void
test_plain(void)
{
	static const struct {
		const char *in;
		size_t len;
		bool plain;
		size_t chars;
	} t[] = {
		{ "abc", 3, true, 3 },
		{ "", 0, false, 0 },
		{ " a", 2, false, 2 },
		{ "a ", 2, false, 2 },
		{ "\ta", 2, false, 2 },
		{ "#a", 2, false, 2 },
		{ "a#", 2, true, 2 },
		{ "a,b", 3, false, 3 },
		{ "a\"b", 3, false, 3 },
		{ "a\rb", 3, false, 3 },
		{ "a\nb", 3, false, 3 },
		{ "a b", 3, true, 3 },
		{ "\xc3\xa4", 2, true, 1 },
	};
	size_t i, chars;
	bool plain;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		(void)tap_ok(check_scan(t[i].in, t[i].len, &plain, &chars) == 0 &&
			plain == t[i].plain && chars == t[i].chars,
		    "scan %zu: plain %d, %zu characters", i, t[i].plain, t[i].chars);
	(void)tap_ok(check_scan("a\0b", 3, &plain, &chars) == -1, "a NUL is refused");
}

static void
test_lengths(void)
{
	static const struct {
		enum field_role role;
		size_t max;
	} t[] = {
		{ ROLE_NAME, 500 },
		{ ROLE_FIELD, 255 },
		{ ROLE_DISTRICT, 10 },
		{ ROLE_IDENTITY, 255 },
		{ ROLE_NONE, 0 },
	};
	char key[] = "f", type[] = "text", text[2100];
	struct field_definition f = { .key = key, .input_type = type };
	struct check_result r;
	struct err e = ERR_INIT;
	struct check *c;
	size_t i, k;

	for (i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		f.role = t[i].role;
		(void)check_define(&f, &e);
		c = check_new(&f);
		k = t[i].max ? t[i].max : 1000;
		(void)tap_ok(check_value(c, text, 2 * k, &r) == 0,
		    "role %d takes %zu characters of two bytes", (int)t[i].role, k);
		(void)tap_ok(t[i].max == 0 ? check_value(c, text, 2 * k + 2, &r) == 0 :
					     check_value(c, text, 2 * k + 2, &r) == -1 &&
			    strcmp(r.code, "too_long") == 0,
		    "role %d and one more", (int)t[i].role);
		check_free(c);
	}
}

static void
test_long_number(void)
{
	char key[] = "f", type[] = "number", digits[400];
	struct field_definition f = { .key = key, .input_type = type };
	struct check_result r;
	struct err e = ERR_INIT;
	struct check *c;

	(void)check_define(&f, &e);
	c = check_new(&f);
	memset(digits, '9', sizeof(digits));
	digits[0] = '-';
	digits[1] = '0';
	(void)tap_ok(check_value(c, digits, 101, &r) == 0 && r.len == 100,
	    "a sign, a zero and 99 digits lose the zero");
	(void)tap_ok(check_value(c, digits, 102, &r) == -1 && strcmp(r.code, "too_long") == 0,
	    "100 digits are too many");
	memset(digits, '0', sizeof(digits));
	(void)tap_ok(check_value(c, digits, sizeof(digits), &r) == 0 && r.len == 1,
	    "400 zeros are one");
	check_free(c);
}

static void
test_choices(void)
{
	char key[] = "f", type[] = "select", oil[] = "oil", gas[] = "gas", empty[] = "oil, gas";
	char *choices[] = { oil, gas, empty };
	struct field_definition f = { .key = key,
		.input_type = type,
		.choices = choices,
		.nchoices = 3 };
	struct check_result r;
	struct err e = ERR_INIT;
	struct check *c;

	(void)tap_ok(check_define(&f, &e) == 0, "a select with three choices");
	c = check_new(&f);
	(void)tap_ok(check_value(c, "gas", 3, &r) == 0 && r.plain, "one of them");
	(void)tap_ok(check_value(c, "oil, gas", 8, &r) == 0 && !r.plain, "one with a comma");
	(void)tap_ok(check_value(c, "oi", 2, &r) == -1, "a part of one");
	(void)tap_ok(check_value(c, "oilx", 4, &r) == -1, "more than one");
	(void)tap_is(r.code, "bad_choice", "its code");
	(void)tap_is(r.reason, "is not one of oil, gas, oil, gas", "its reason lists them");
	check_free(c);
	choices[2] = oil;
	(void)tap_ok(check_define(&f, &e) == -1 && e.status == STATUS_CONFIG,
	    "a choice given twice: %s", e.msg);
}

static void
test_define(void)
{
	static const struct {
		const char *type, *preset, *ref, *say;
	} t[] = {
		{ "blob", NULL, NULL, "field 'f': unknown input type 'blob'" },
		{ "text", "nice", NULL, "field 'f': unknown validation preset 'nice'" },
		{ "text", "latitude", NULL,
		    "field 'f': the validation preset 'latitude' is not for the input type text" },
		{ "number", "api_number", NULL,
		    "field 'f': the validation preset 'api_number' is not for the input type number" },
		{ "date", "county_code", NULL,
		    "field 'f': the validation preset 'county_code' is not for the input type date" },
		{ "select", NULL, NULL, "field 'f': a select needs choices" },
		{ "ref", NULL, NULL, "field 'f': a ref must name the type that it points to" },
		{ "number", NULL, "well",
		    "field 'f': ref is for the input types ref and text, not number" },
	};
	char key[] = "f", type[32], preset[32], ref[32];
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct field_definition f = { .key = key, .input_type = type };
		struct err e = ERR_INIT;

		(void)snprintf(type, sizeof(type), "%s", t[i].type);
		(void)snprintf(preset, sizeof(preset), "%s", t[i].preset ? t[i].preset : "");
		(void)snprintf(ref, sizeof(ref), "%s", t[i].ref ? t[i].ref : "");
		f.preset = t[i].preset ? preset : NULL;
		f.ref = t[i].ref ? ref : NULL;
		(void)tap_ok(check_define(&f, &e) == -1 && e.status == STATUS_CONFIG,
		    "%s, %s: refused", type, t[i].preset ? preset : "-");
		(void)tap_is(e.msg, t[i].say, "the message");
	}
}

int
main(void)
{
	char names[400];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_value(&cases[i]);
	test_plain();
	test_lengths();
	test_long_number();
	test_choices();
	test_define();
	(void)tap_is(preset_names(names, sizeof(names)),
	    "api_number, rrc_district, county_code, "
	    "operator_number, lease_key, latitude, longitude, positive, non_negative, percentage",
	    "the presets, as the manual lists them");
	return (tap_end());
}
