#include "rrc/number.h"

#include "../../tap.h"

/*
 * Representations from IBM's Enterprise COBOL for z/OS Programming Guide, "Examples:
 * numeric data and internal representation" (+1234 and -1234 of PIC S9(4)), and by
 * hand where it has none.
 */
static struct charset ascii, ebcdic;

static const char *
show(enum number_result r, const struct number *v, unsigned decimals, int brief)
{
	static char text[NUMBER_TEXT + 1];
	size_t n;

	if (r == NUMBER_NULL)
		return ("null");
	if (r == NUMBER_BAD_DIGITS)
		return ("bad digits");
	if (r == NUMBER_BAD_SIGN)
		return ("bad sign");
	n = brief ? number_short(v, decimals, text) : number_physical(v, decimals, text);
	text[n] = '\0';
	return (text);
}

#define BYTES(s) (const unsigned char *)(s), sizeof(s) - 1

static void
digits(const struct charset *c, const unsigned char *p, size_t n, unsigned decimals,
    const char *want, const char *what)
{
	struct number v;

	(void)tap_is(show(number_digits(c, p, n, &v), &v, decimals, 0), want, what);
}

static void
zoned(const struct charset *c, const unsigned char *p, size_t n, unsigned decimals,
    const char *want, const char *what)
{
	struct number v;

	(void)tap_is(show(number_zoned(c, p, n, &v), &v, decimals, 0), want, what);
}

static void
packed(const unsigned char *p, size_t n, unsigned decimals, const char *want, const char *what)
{
	struct number v;

	(void)tap_is(show(number_packed(&ebcdic, p, n, &v), &v, decimals, 0), want, what);
}

static void
binary(const unsigned char *p, size_t n, unsigned decimals, const char *want, const char *what)
{
	struct number v;

	(void)tap_is(show(number_binary(&ebcdic, p, n, &v), &v, decimals, 0), want, what);
}

static void
test_display(void)
{

	digits(&ebcdic, BYTES("\xf1\xf2\xf3\xf4"), 0, "1234", "unsigned DISPLAY, EBCDIC");
	digits(&ascii, BYTES("00042"), 0, "00042", "leading zeros stay");
	digits(&ascii, BYTES("0012345"), 2, "00123.45", "decimals get a point");
	digits(&ebcdic, BYTES("\x40\x40\x40"), 0, "null", "blanks are no value");
	digits(&ebcdic, BYTES("\0\0\0"), 0, "null", "low values are no value");
	digits(&ascii, BYTES("   "), 0, "null", "ASCII blanks are no value");
	digits(&ascii, BYTES("12 "), 0, "bad digits", "a blank among digits");
	digits(&ebcdic, BYTES("\xf1\x40\xf3"), 0, "bad digits", "a blank among EBCDIC digits");
	digits(&ebcdic, BYTES("123"), 0, "bad digits", "ASCII digits are no EBCDIC ones");
	digits(&ebcdic, BYTES("\xf1\xfa"), 0, "bad digits", "0xFA is no digit");
	digits(&ascii, BYTES("9999999999999999999999999999999"), 0,
	    "9999999999999999999999999999999", "31 digits");
}

static void
test_zoned(void)
{

	zoned(&ebcdic, BYTES("\xf1\xf2\xf3\xc4"), 0, "1234", "+1234 with zone C");
	zoned(&ebcdic, BYTES("\xf1\xf2\xf3\xd4"), 0, "-1234", "-1234 with zone D");
	zoned(&ebcdic, BYTES("\xf1\xf2\xf3\xf4"), 0, "1234", "1234 with zone F");
	zoned(&ebcdic, BYTES("\xf1\xf2\xf3\xa4"), 0, "bad sign", "zone A is refused");
	zoned(&ebcdic, BYTES("\xf1\xf2\xf3\xe4"), 0, "bad sign", "zone E is refused");
	zoned(&ebcdic, BYTES("\xf1\xf2\xf3\xca"), 0, "bad digits", "no digit under the sign");
	zoned(&ebcdic, BYTES("\xf1\x40\xf3\xc4"), 0, "bad digits", "a blank inside");
	zoned(&ascii, BYTES("096032320B"), 7, "096.0323202", "a real longitude");
	zoned(&ascii, BYTES("032001894C"), 7, "032.0018943", "a real latitude");
	zoned(&ascii, BYTES("031979880B"), 7, "031.9798802", "another one");
	zoned(&ascii, BYTES("123{"), 0, "1230", "{ is +0");
	zoned(&ascii, BYTES("123}"), 0, "-1230", "} is -0");
	zoned(&ascii, BYTES("123I"), 0, "1239", "I is +9");
	zoned(&ascii, BYTES("123J"), 0, "-1231", "J is -1");
	zoned(&ascii, BYTES("123R"), 2, "-12.39", "R is -9");
	zoned(&ascii, BYTES("1234"), 0, "1234", "a plain digit has no sign");
	zoned(&ascii, BYTES("123S"), 0, "bad sign", "S is no sign");
	zoned(&ascii, BYTES("00}"), 1, "00.0", "there is no minus zero");
	zoned(&ascii, BYTES("    "), 0, "null", "blanks are no value");
	zoned(&ebcdic, BYTES("\0\0"), 0, "null", "low values are no value");
}

static void
test_packed(void)
{

	packed(BYTES("\x01\x23\x4c"), 0, "01234", "+1234 COMP-3");
	packed(BYTES("\x01\x23\x4d"), 0, "-01234", "-1234 COMP-3");
	packed(BYTES("\x01\x23\x4f"), 0, "01234", "1234 COMP-3, unsigned");
	packed(BYTES("\x01\x23\x4c"), 2, "012.34", "with decimals");
	packed(BYTES("\x0c"), 0, "0", "0x0C is a zero");
	packed(BYTES("\x01\x23\x4a"), 0, "bad sign", "sign A is refused");
	packed(BYTES("\x01\x23\x4b"), 0, "bad sign", "sign B is refused");
	packed(BYTES("\x01\x23\x4e"), 0, "bad sign", "sign E is refused");
	packed(BYTES("\x01\x23\x45"), 0, "bad sign", "a digit is no sign");
	packed(BYTES("\x0a\x23\x4c"), 0, "bad digits", "half a byte that is no digit");
	packed(BYTES("\x40\x40\x40"), 0, "null", "blanks are no value");
	packed(BYTES("\0\0\0"), 0, "null", "low values are no value");
	packed(BYTES("\x99\x99\x99\x9c"), 0, "9999999", "a sentinel is a number");
}

static void
test_binary(void)
{

	binary(BYTES("\x04\xd2"), 0, "1234", "+1234 in two bytes");
	binary(BYTES("\xfb\x2e"), 0, "-1234", "-1234 in two bytes");
	binary(BYTES("\x00\x00\x04\xd2"), 0, "000001234", "+1234 in four bytes");
	binary(BYTES("\xff\xff\xfb\x2e"), 2, "-0000012.34", "-12.34 in four bytes");
	binary(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), 0, "-000000000000000001", "-1 in eight");
	binary(BYTES("\x80\x00"), 0, "-32768", "the smallest of two bytes");
	binary(BYTES("\x80\0\0\0\0\0\0\0"), 0, "-9223372036854775808", "the smallest of eight");
	binary(BYTES("\0\0\0\0"), 0, "000000000", "low values are the number 0");
	binary(BYTES("\x40\x40\x40\x40"), 0, "null", "blanks are no value");
}

static void
test_short(void)
{
	struct number v;
	int64_t x = 0;

	(void)tap_is(show(number_zoned(&ascii, BYTES("096032320K"), &v), &v, 7, 1), "-96.0323202",
	    "without leading zeros");
	(void)tap_ok(number_scaled(&v, &x) == 0 && x == -960323202, "as a scaled integer");
	(void)tap_is(show(number_digits(&ascii, BYTES("00000"), &v), &v, 0, 1), "0", "zero is 0");
	(void)tap_is(show(number_digits(&ascii, BYTES("00025"), &v), &v, 2, 1), "0.25",
	    "one digit before the point");
	(void)tap_ok(!number_is_zero(&v), "25 is not zero");
	(void)number_digits(&ascii, BYTES("1234567890123456789"), &v);
	(void)tap_ok(number_scaled(&v, &x) == -1, "19 digits are too many for an integer");
}

/* Numbers as they are printed, up to four digits behind the point. */
static void
printed(const unsigned char *p, size_t n, const char *want, const char *what)
{
	struct number v;

	(void)tap_is(show(number_text(&ascii, p, n, 4, &v), &v, 4, 1), want, what);
}

static void
text(void)
{

	printed(BYTES("-103.0123"), "-103.0123", "a sign, a point");
	printed(BYTES("  32.33 "), "32.3300", "blanks at both ends, fewer decimals");
	printed(BYTES("+7"), "7.0000", "no point");
	printed(BYTES("-0.0"), "0.0000", "no minus before a zero");
	printed(BYTES("."), "bad digits", "a point alone");
	printed(BYTES("1.23456"), "bad digits", "too many decimals");
	printed(BYTES("1.2.3"), "bad digits", "two points");
	printed(BYTES("1 2"), "bad digits", "a blank within");
	printed(BYTES("--1"), "bad digits", "two signs");
	printed(BYTES("1e5"), "bad digits", "an exponent");
	printed(BYTES("    "), "null", "blanks");
	printed(BYTES("1234567890123456789012345678"), "bad digits",
	    "more digits than a number has");
	digits(&ascii, BYTES("25"), 2, "0.25", "PIC V99 has a zero before its point");
}

int
main(void)
{

	charset_init(&ascii, CHARSET_ASCII);
	charset_init(&ebcdic, CHARSET_EBCDIC);
	test_display();
	test_zoned();
	test_packed();
	test_binary();
	test_short();
	text();
	return (tap_end());
}
