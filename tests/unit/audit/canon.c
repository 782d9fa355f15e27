/* JSON as its signer wrote it: RFC 8785's own examples, Python's and JavaScript's known texts. */
#include "audit/canon.h"

#include "../../tap.h"
#include "audit/canon_number.h"
#include "base/json.h"

static const struct canon_style jcs = { false, false, CANON_KEYS_UTF16, CANON_NUMBERS_ECMASCRIPT };
static const struct canon_style python = { true, true, CANON_KEYS_CODEPOINT, CANON_NUMBERS_PYTHON };
static const struct canon_style javascript = { false, false, CANON_KEYS_JAVASCRIPT,
	CANON_NUMBERS_ECMASCRIPT };
static const struct canon_style stored = { false, false, CANON_KEYS_STORED, CANON_NUMBERS_TEXT };

static bool
written(const struct canon_style *style, const char *text, const char *want, const char *what)
{
	struct buf out = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;
	struct canon *c = canon_new(style);
	struct json *j = json_parse(text, strlen(text), &e);
	bool ambiguous;

	(void)tap_ok(j != NULL && canon_put(c, j, &out, &e) == 0, "%s is written %s", what, e.msg);
	(void)tap_is(buf_str(&out, NULL), want, what);
	ambiguous = canon_ambiguous(c);
	json_free(j);
	canon_free(c);
	buf_free(&out);
	return (ambiguous);
}

static void
number(enum canon_numbers numbers, const char *text, const char *want, bool ambiguous)
{
	char dst[CANON_NUMBER_SIZE], got[CANON_NUMBER_SIZE + 1];
	size_t n;
	const char *p = canon_number(numbers, text, strlen(text), dst, &n);

	(void)snprintf(got, sizeof(got), "%.*s", (int)n, p);
	(void)tap_is(got, want, text);
	(void)tap_ok(canon_number_ambiguous(numbers, text, strlen(text)) == ambiguous, "  %s",
	    ambiguous ? "which the signer may have written otherwise" : "and no other way");
}

int
main(void)
{

	/* RFC 8785, 3.2.2 and 3.2.3. */
	(void)written(&jcs,
	    /* Numbers as jsonb gives them back: without an exponent. */
	    "{\"numbers\":[333333333.33333329,1000000000000000000000000000000,4.50,0.002,"
	    "0.000000000000000000000000001],"
	    "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
	    "\"literals\":[null,true,false]}",
	    "{\"literals\":[null,true,false],"
	    "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	    "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
	    "the example of RFC 8785");
	(void)written(&jcs,
	    "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,"
	    "\"\\u00f6\":7}",
	    "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
	    "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}",
	    "its order of keys, by UTF-16");
	/* json.dumps({"b": 1.0, "a": "\u00e9", "B": [1, 2.5]}, sort_keys=True) */
	(void)written(&python, "{\"b\":1.0,\"a\":\"\xc3\xa9\",\"B\":[1,2.5]}",
	    "{\"B\": [1, 2.5], \"a\": \"\\u00e9\", \"b\": 1.0}", "Python, sorted");
	/* JSON.stringify: array indices first, by number. */
	(void)written(&javascript, "{\"b\":1,\"10\":2,\"9\":3,\"a\":4}",
	    "{\"9\":3,\"10\":2,\"a\":4,\"b\":1}", "JavaScript");
	(void)written(&stored, "{\"b\":1.50,\"a\":[]}", "{\"b\":1.50,\"a\":[]}", "as it is stored");
	(void)tap_ok(written(&python, "[10000000000000000]", "[10000000000000000]",
			 "a number of two spellings") ||
		canon_number_ambiguous(CANON_NUMBERS_PYTHON, "10000000000000000", 17),
	    "is told");
	/* repr() of Python 3, Number::toString of ECMAScript. */
	number(CANON_NUMBERS_PYTHON, "0.00001", "1e-05", false);
	number(CANON_NUMBERS_PYTHON, "0.0001", "0.0001", false);
	number(CANON_NUMBERS_PYTHON, "1.10", "1.1", false);
	number(CANON_NUMBERS_PYTHON, "12345678901234567890", "12345678901234567890",
	    canon_number_ambiguous(CANON_NUMBERS_PYTHON, "12345678901234567890", 20));
	number(CANON_NUMBERS_ECMASCRIPT, "0.000001", "0.000001", false);
	number(CANON_NUMBERS_ECMASCRIPT, "0.0000001", "1e-7", false);
	number(CANON_NUMBERS_ECMASCRIPT, "1000000000000000000000", "1e+21", false);
	number(CANON_NUMBERS_ECMASCRIPT, "100000000000000000000", "100000000000000000000", false);
	number(CANON_NUMBERS_ECMASCRIPT, "5e-324", "5e-324", false);
	return (tap_end());
}
