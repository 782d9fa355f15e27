/* What lib/base/screen.c lets through, and what it shows instead of the rest. */
#include <string.h>

#include "../../tap.h"
#include "base/screen.h"

/* Text from outside, and what a person sees of it. */
static const struct {
	const char *in, *out;
} texts[] = {
	{ "", "" }, { "plain, with 'quotes' and \\", "plain, with 'quotes' and \\" },
	{ "caf\xc3\xa9 \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x9b\xa2",
	    "caf\xc3\xa9 \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x9b\xa2" },
	{ "\033[31mred", "\\x1b[31mred" }, { "a\nb\rc\td", "a\\x0ab\\x0dc\\x09d" },
	{ "bell\a, back\b", "bell\\x07, back\\x08" }, { "\x7f", "\\u007f" },
	{ "\xc2\x9b"
	  "31m",
	    "\\u009b31m" },         /* C1: CSI in one character */
	{ "\xc2\xa0", "\xc2\xa0" }, /* the first behind C1 */
	{ "\xe2\x80\xae"
	  "abc",
	    "\\u202eabc" },                    /* right-to-left override */
	{ "\xe2\x80\xa8", "\\u2028" },         /* line separator */
	{ "\xef\xbb\xbf", "\\ufeff" },         /* byte order mark */
	{ "\xff\xfe", "\\xff\\xfe" },          /* not UTF-8 */
	{ "\xe6\x9d", "\\xe6\\x9d" },          /* cut inside a character */
	{ "\xc0\xaf", "\\xc0\\xaf" },          /* an overlong form */
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* a surrogate */
};

static void
test_quote(void)
{
	char line[200];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		(void)tap_is(screen_line(line, sizeof(line), texts[i].in, strlen(texts[i].in)),
		    texts[i].out, texts[i].out);
	(void)tap_is(screen_line(line, 4, "abcdef", 6), "abc", "cut to fit");
	(void)tap_is(screen_line(line, sizeof(line), "a\0b", 3), "a\\x00b", "a NUL");
}

/* A line feed of the format is one, a line feed of an argument is not. */
static void
test_format(void)
{
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)tap_ok(screen_addf(&b, &e, "%s: %d\n\n%-4s|%c\n", "a\nb", 7, "\033", 'x') == 0,
	    "a format");
	(void)tap_is(buf_str(&b, &e), "a\\x0ab: 7\n\n\\x1b   |x\n", "its lines are its own");
	b.len = 0;
	(void)tap_ok(screen_addf(&b, &e, "plain") == 0 && screen_addf(&b, &e, "%s", "") == 0,
	    "no line feed");
	(void)tap_is(buf_str(&b, &e), "plain", "is added");
	buf_free(&b);
	b = (struct buf)BUF_INIT(3);
	(void)tap_ok(screen_quote(&b, "\a\a\a", 3, &e) == -1 && e.status == STATUS_DATA,
	    "a maximum holds");
	buf_free(&b);
}

int
main(void)
{

	test_quote();
	test_format();
	return (tap_end());
}
