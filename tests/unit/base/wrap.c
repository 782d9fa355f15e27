/* Lines within a width: words stay whole, characters count and not bytes. */
#include "base/wrap.h"

#include "../../tap.h"

static void
lines(const char *s, size_t indent, size_t column, size_t width, const char *want, const char *what)
{
	struct buf b = BUF_INIT(1000);

	(void)wrap_add(&b, s, indent, column, width, NULL);
	(void)tap_is(buf_str(&b, NULL), want, what);
	buf_free(&b);
}

int
main(void)
{
	size_t shown;

	lines("one two three", 0, 0, 7, "one two\nthree\n", "as many words as fit");
	lines("one two three", 2, 0, 9, "  one two\n  three\n", "indented");
	lines("one two", 4, 2, 80, "  one two\n", "the first line filled up to the indent");
	lines("one two three", 4, 7, 15, " one two\n    three\n", "behind a label");
	lines("/a/path/longer/than/the/line b", 0, 0, 10, "/a/path/longer/than/the/line\nb\n",
	    "a word that is too long stays whole");
	lines("one\ntwo\n\nthree", 1, 0, 20, " one two\n\n three\n", "paragraphs");
	lines("", 3, 3, 20, "\n", "nothing");
	lines("caf\xc3\xa9 caf\xc3\xa9 x", 0, 0, 9, "caf\xc3\xa9 caf\xc3\xa9\nx\n", "characters");
	(void)tap_ok(wrap_take("one two three", 8, &shown) == 8 && shown == 7, "a piece");
	(void)tap_ok(wrap_take("one two", 7, &shown) == 7 && shown == 7, "all of it");
	(void)tap_ok(wrap_take("three", 2, &shown) == 5 && shown == 5, "at least a word");
	(void)tap_ok(wrap_columns("\xe2\x82\xac", 3) == 1, "one column a character");
	return (tap_end());
}
