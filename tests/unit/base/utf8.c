/* UTF-8: the examples of RFC 3629 and the Unicode standard's table 3-7. */
#include "base/utf8.h"

#include <stdint.h>

#include "../../tap.h"

/* Encode ${c} by RFC 3629, section 3, without looking whether it may be. */
static size_t
encode(uint32_t c, char *d)
{

	if (c < 0x80) {
		d[0] = (char)c;
		return (1);
	}
	if (c < 0x800) {
		d[0] = (char)(0xc0 | c >> 6);
		d[1] = (char)(0x80 | (c & 63));
		return (2);
	}
	if (c < 0x10000) {
		d[0] = (char)(0xe0 | c >> 12);
		d[1] = (char)(0x80 | (c >> 6 & 63));
		d[2] = (char)(0x80 | (c & 63));
		return (3);
	}
	d[0] = (char)(0xf0 | c >> 18);
	d[1] = (char)(0x80 | (c >> 12 & 63));
	d[2] = (char)(0x80 | (c >> 6 & 63));
	d[3] = (char)(0x80 | (c & 63));
	return (4);
}

static void
test_all(void)
{
	char s[16];
	uint32_t c;
	size_t n, good = 0, bad = 0, cut = 0;

	for (c = 0; c < 0x120000; c++) {
		memset(s, 'x', sizeof(s));
		n = encode(c, s + 3);
		if (c == 0 || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff) {
			bad += utf8_span(s, 12) == 3;
		} else {
			good += utf8_span(s, 12) == 12;
			cut += n > 1 && utf8_span(s, 3 + n - 1) == 3;
		}
	}
	(void)tap_ok(good == 0x110000 - 0x800 - 1, "every character (%zu)", good);
	(void)tap_ok(bad == 0x10000 + 0x800 + 1, "no NUL, surrogate or anything past the end");
	(void)tap_ok(cut == 0x110000 - 0x800 - 0x80, "and none that is cut (%zu)", cut);
}

int
main(void)
{
	static const struct {
		const char *s;
		size_t want;
	} v[] = {
		{ "", 0 },
		{ "A\xe2\x89\xa2\xce\x91.", 7 },
		{ "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4", 9 },
		{ "\xc0\x80", 0 },
		{ "abc\xc1\xbf", 3 },
		{ "12345678\xe0\x80\xaf", 8 },
		{ "1234567\xf0\x80\x80\xaf", 7 },
		{ "\xf5\x80\x80\x80", 0 },
		{ "a\x80", 1 },
		{ "\xc3\xa9\xc3", 2 },
		{ "\xe2\x82\x28", 0 },
		{ "\xf0\x9f\x9b\x28", 0 },
		{ "\xfe\xff", 0 },
	};
	char zeros[40];
	size_t i, found = 0;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		(void)tap_ok(utf8_span(v[i].s, strlen(v[i].s)) == v[i].want, "case %zu", i);
	for (i = 0; i < sizeof(zeros); i++) {
		memset(zeros, 'z', sizeof(zeros));
		zeros[i] = '\0';
		found += utf8_span(zeros, sizeof(zeros)) == i;
		zeros[i] = '\x80';
		found += utf8_span(zeros, sizeof(zeros)) == i;
		zeros[i] = '\x7f';
		found += utf8_span(zeros, sizeof(zeros)) == sizeof(zeros);
	}
	(void)tap_ok(found == 3 * sizeof(zeros), "at each place of a run of ASCII");
	test_all();
	return (tap_end());
}
