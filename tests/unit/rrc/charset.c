#include "rrc/charset.h"

#include <stdlib.h>

#include "../../tap.h"

static struct charset ascii, ebcdic;

static const char *
text(const struct charset *c, const char *p, size_t n, bool both, enum charset_result want)
{
	static char dst[64];
	size_t len = 0;
	enum charset_result r = charset_text(c, (const unsigned char *)p, n, both, dst, &len);

	if (r != want)
		return (r == CHARSET_NULL  ? "(null)" :
			r == CHARSET_FAULT ? "(fault)" :
			r == CHARSET_PLAIN ? "(plain)" :
					     "(text)");
	dst[r == CHARSET_NULL || r == CHARSET_FAULT ? 0 : len] = '\0';
	return (dst);
}

/* charset_printable() byte by byte, and charset_text() takes what is so as it stands. */
static void
test_printable(void)
{
	static const char edges[] = " !\"#+,-AZ~\x7f\x80\xa0\xff\x1f\t\n";
	static const enum charset_id ids[] = { CHARSET_ASCII, CHARSET_LATIN1, CHARSET_UTF8 };
	struct charset c;
	unsigned char p[40];
	char dst[80];
	size_t bad = 0, odd = 0, r, n, i, k, len;

	srand(18);
	for (r = 0; r < 200000; r++) {
		bool want = true;

		n = 1 + (size_t)rand() % sizeof(p);
		for (i = 0; i < n; i++) {
			p[i] = (unsigned char)(rand() % 40 != 0 ?
				' ' + rand() % 95 :
				rand() % 2 != 0 ?
				(unsigned char)edges[(size_t)rand() % (sizeof(edges) - 1)] :
				rand() % 256);
			want = want && p[i] >= ' ' && p[i] < 0x7f && p[i] != '"' && p[i] != ',';
		}
		bad += charset_printable(p, n) != want;
		if (!want || p[0] == ' ' || p[n - 1] == ' ' || p[0] == '#')
			continue;
		for (k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
			charset_init(&c, ids[k]);
			odd += charset_text(&c, p, n, true, dst, &len) != CHARSET_PLAIN ||
			    len != n || memcmp(dst, p, n) != 0;
		}
	}
	(void)tap_ok(bad == 0, "printable characters that need no quotes");
	(void)tap_ok(odd == 0, "are a text as they stand");
}

/* charset_digits() byte by byte, in both sets. */
static void
test_digits(void)
{
	static const unsigned char edges[] = { 0, 1, 9, 10, 15, 16, 0x7f, 0x80, 0x89, 0x8a, 0xff };
	unsigned char p[40];
	size_t bad = 0, r, n, i;

	for (r = 0; r < 200000; r++) {
		const struct charset *c = r % 2 != 0 ? &ascii : &ebcdic;
		bool want = true;

		n = 1 + (size_t)rand() % sizeof(p);
		for (i = 0; i < n; i++) {
			p[i] = (unsigned char)(c->zero + rand() % 10);
			if (rand() % 40 == 0)
				p[i] = (unsigned char)(c->zero ^
				    edges[(size_t)rand() % sizeof(edges)]);
			want = want && p[i] >= c->zero && p[i] <= c->zero + 9;
		}
		bad += charset_digits(c, p, n) != want;
	}
	(void)tap_ok(bad == 0, "digits");
}

int
main(void)
{
	unsigned char raw[8];
	unsigned i;
	int same = 1;

	charset_init(&ascii, CHARSET_ASCII);
	charset_init(&ebcdic, CHARSET_EBCDIC);
	for (i = 0; i < 256; i++)
		same = same && ebcdic.raw[ebcdic.latin1[i]] == i;
	(void)tap_ok(same, "code page 037 maps each byte to a character of its own");
	/* "Hello, World" and the brackets that tell 037 from other pages (IBM CDRA). */
	(void)tap_is(text(&ebcdic, "\xc8\x85\x93\x93\x96\x6b\x40\xe6\x96\x99\x93\x84", 12, false,
			 CHARSET_TEXT),
	    "Hello, World", "EBCDIC letters");
	(void)tap_is(text(&ebcdic, "\xba\xbb\xb0\x4f\x5a", 5, false, CHARSET_PLAIN), "[]^|!",
	    "code page 037, not 1047 or 500");
	(void)tap_is(text(&ebcdic, "\x4a\xc1", 2, false, CHARSET_TEXT),
	    "\xc2\xa2"
	    "A",
	    "the cent sign becomes two bytes of UTF-8");
	(void)tap_is(text(&ascii, "1A    ", 6, false, CHARSET_PLAIN), "1A",
	    "blanks behind are dropped");
	(void)tap_is(text(&ascii, "   1A    ", 9, false, CHARSET_TEXT), "   1A",
	    "those before stay");
	(void)tap_is(text(&ascii, "   1A                  ", 23, true, CHARSET_PLAIN), "1A",
	    "unless both are asked for");
	(void)tap_is(text(&ascii, "                 ", 17, true, CHARSET_NULL), "",
	    "blanks are no value");
	(void)tap_is(text(&ascii, "\0\0\0", 3, true, CHARSET_NULL), "", "low values are no value");
	(void)tap_is(text(&ascii, "A\0B", 3, false, CHARSET_FAULT), "", "a NUL is no character");
	(void)tap_is(text(&ascii, "\0  ", 3, false, CHARSET_NULL), "",
	    "NULs and blanks are no value");
	(void)tap_is(text(&ascii, "SMITH\0\0 \0", 9, false, CHARSET_PLAIN), "SMITH",
	    "NULs behind a name are padding");
	(void)tap_is(text(&ascii, "A\x85", 2, false, CHARSET_FAULT), "",
	    "a byte over 0x7f is none in ASCII");
	(void)tap_is(text(&ascii, "#1", 2, false, CHARSET_TEXT), "#1",
	    "a leading # may need quotes");
	(void)tap_is(text(&ascii, "A\t", 2, false, CHARSET_TEXT), "A\t", "a tab at the end, too");
	(void)tap_ok(charset_encode(&ebcdic, "01", raw, sizeof(raw)) == 2 && raw[0] == 0xf0 &&
		raw[1] == 0xf1,
	    "a record id in EBCDIC");
	test_printable();
	test_digits();
	(void)tap_ok(charset_encode(&ebcdic, "012345678", raw, sizeof(raw)) == 0, "no room");
	return (tap_end());
}
