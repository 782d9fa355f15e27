#include "../../tap.h"

#include <string.h>

#include "entity/graph_text.h"

static struct err e = ERR_INIT;

static void
agtype(const char *json, const char *want, const char *what)
{
	struct buf b = BUF_INIT(4096);

	(void)tap_ok(graph_text_agtype(&b, json, strlen(json), &e) == 0, "%s", what);
	(void)tap_is(buf_str(&b, &e), want, what);
	buf_free(&b);
}

static void
label(const char *type, const char *want)
{
	char out[64] = "";

	(void)tap_ok(graph_text_label(type, out, sizeof(out)) == (want != NULL ? 0 : -1) &&
		(want == NULL || strcmp(out, want) == 0),
	    "'%s' is %s", type, want != NULL ? want : "no label");
}

int
main(void)
{

	agtype("{\"a\": 1, \"b\": -7.250}", "{\"a\": 1, \"b\": -7.25}",
	    "of a fraction no zeros at the end");
	agtype("{\"a\": 123456789012345}", "{\"a\": 123456789012345}", "15 digits stay");
	agtype("{\"a\": 1234567890123456}", "{\"a\": \"1234567890123456\"}", "16 become a string");
	agtype("{\"a\": 0.000123456789012345}", "{\"a\": 0.000123456789012345}",
	    "zeros in front are no digits");
	agtype("[-0.1234567890123456, 2]", "[\"-0.1234567890123456\", 2]", "with sign and point");
	agtype("1e400", "\"1e400\"", "an exponent");
	agtype("{\"12345678901234567890\": \"12345678901234567890\"}",
	    "{\"12345678901234567890\": \"12345678901234567890\"}", "digits in a string stay");
	/* In COPY's text form a backslash is two. */
	agtype("{\"a\": \"q \\\\\" 12345678901234567890\"}",
	    "{\"a\": \"q \\\\\" 12345678901234567890\"}", "an escaped quote ends no string");
	agtype("{\"a\": \"q \\\\\\\\\", \"b\": 12345678901234567890}",
	    "{\"a\": \"q \\\\\\\\\", \"b\": \"12345678901234567890\"}",
	    "an escaped backslash does not escape");
	agtype("\"open", "\"open", "a string without an end");
	agtype("", "", "nothing");
	label("well", "Well");
	label("flaring_event", "FlaringEvent");
	label("a__b_", "AB");
	label("_", NULL);
	label("9x", NULL);
	label("x\"y", NULL);
	(void)tap_ok(graph_text_is_name("ON_LEASE") && !graph_text_is_name("ON LEASE") &&
		!graph_text_is_name("") && !graph_text_is_name("x\"; DROP"),
	    "names of labels");
	return (tap_end());
}
