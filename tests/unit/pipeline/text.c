/* Foreign text made fit for a record, a table and a shell. */
#include "pipeline/text.h"

#include <stdlib.h>

#include "../../tap.h"
#include "pipeline/tail.h"

static void
clean(const char *p, size_t size, const char *want, const char *what)
{
	char dst[64];
	size_t n = text_clean(dst, size, p, strlen(p));

	(void)tap_is(dst, want, what);
	(void)tap_ok(n == strlen(want), "  its length");
}

static void
word(const char *s, const char *want)
{
	struct buf b = BUF_INIT(1000);

	(void)text_word(&b, s, NULL);
	(void)tap_is(buf_str(&b, NULL), want, want);
	buf_free(&b);
}

/* Messages in pieces, as they come out of a pipe; standard error gets them too. */
static void
messages(void)
{
	struct tail_ring ring;
	struct result_stage s;
	struct tail t;
	char *text;
	int i;

	memset(&ring, 0, sizeof(ring));
	memset(&s, 0, sizeof(s));
	memset(&t, 0, sizeof(t));
	tail_feed(&t, &ring, &s, "# aegis-x: in", 13);
	tail_feed(&t, &ring, &s, "fo: hello\n# aegis-x: err", 24);
	(void)tap_is(s.said, "# aegis-x: info: hello",
	    "the last line as long as there is no error");
	tail_feed(&t, &ring, &s, "or: first\n# aegis-x: error: second\n", 35);
	tail_feed(&t, &ring, &s, "# aegis-x: hint: Broken pipe", 28);
	(void)tap_is(s.said, "first", "then the first error");
	(void)tap_ok(!s.broken_pipe, "an unfinished line waits");
	tail_end(&t, &ring, &s);
	(void)tap_ok(s.broken_pipe && ring.n == 4, "until the end");
	for (i = 0; i < 18; i++)
		tail_feed(&t, &ring, &s, "#\n", 2);
	text = tail_text(&ring);
	(void)tap_ok(strncmp(text, "# aegis-x: error: second\n", 25) == 0, "the last 20 are kept");
	free(text);
	tail_clear(&ring);
	(void)tap_ok(tail_text(&ring) == NULL, "nothing is kept");
}

int
main(void)
{

	clean("plain", 64, "plain", "plain text");
	clean("a\nb\tc\x7f\x1b[m", 64, "a?b?c??[m", "control characters");
	clean("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", 64,
	    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "UTF-8");
	clean("\xff \xc3( \xed\xa0\x80 \xc0\x80 \xe2\x82", 64, "? ?( ??? ?? ??", "what is none");
	clean("ab\xc3\xa9", 4, "ab", "cut between characters");
	clean("ab\xc3\xa9", 5, "ab\xc3\xa9", "just enough room");
	word("--plain=/a:b,c@d%e+f.g", "--plain=/a:b,c@d%e+f.g");
	word("", "''");
	word("two words", "'two words'");
	word("it's $x", "'it'\\''s $x'");
	messages();
	return (tap_end());
}
