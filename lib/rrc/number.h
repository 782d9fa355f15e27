#ifndef AEGIS_RRC_NUMBER_H
#define AEGIS_RRC_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rrc/charset.h"

/*
 * The numbers of COBOL records, as IBM's Enterprise COBOL stores them (Language
 * Reference, USAGE clause, and Programming Guide, "Formats for numeric data"):
 * DISPLAY, signed DISPLAY with the sign overpunched on the last digit, COMP-3
 * (packed decimal) and COMP (binary, big-endian).  A number stays a row of digits,
 * so nothing is rounded and leading zeros are kept.
 */
enum { NUMBER_MAX_DIGITS = 31, NUMBER_SIZE = 40, NUMBER_TEXT = 48 };

struct number {
	char digits[NUMBER_SIZE]; /* ASCII, not NUL-terminated */
	size_t n;                 /* how many */
	bool negative;
};

enum number_result {
	NUMBER_OK,
	NUMBER_NULL,       /* all blanks or all low values */
	NUMBER_BAD_DIGITS, /* something that is no digit */
	NUMBER_BAD_SIGN,   /* a sign that is none of those accepted */
};

/**
 * number_digits(c, p, width, out):
 * Read an unsigned DISPLAY number, PIC 9(${width}).
 */
enum number_result number_digits(const struct charset *c, const unsigned char *p, size_t width,
    struct number *out);

/**
 * number_zoned(c, p, width, out):
 * Read a signed DISPLAY number, PIC S9(${width}).  The last byte holds digit and
 * sign: in EBCDIC zone C is plus, D minus, F no sign; in ASCII "{ABCDEFGHI" are
 * +0 to +9, "}JKLMNOPQR" -0 to -9 and a plain digit has no sign.  Other zones are
 * NUMBER_BAD_SIGN.
 */
enum number_result number_zoned(const struct charset *c, const unsigned char *p, size_t width,
    struct number *out);

/**
 * number_text(c, p, width, decimals, out):
 * Read a number that is printed in ${width} characters: blanks, a sign, digits, and behind
 * a point up to ${decimals} more, which are filled up with zeros.
 */
enum number_result number_text(const struct charset *c, const unsigned char *p, size_t width,
    unsigned decimals, struct number *out);

/**
 * number_packed(c, p, width, out):
 * Read a COMP-3 number of ${width} bytes: two digits a byte, the last half byte is
 * the sign.  C (plus), D (minus) and F (unsigned) are taken: those that RRC's files
 * hold; A, B and E are NUMBER_BAD_SIGN.
 */
enum number_result number_packed(const struct charset *c, const unsigned char *p, size_t width,
    struct number *out);

/**
 * number_binary(c, p, width, out):
 * Read a signed big-endian two's complement number of 2, 4 or 8 bytes.  All
 * blanks are NUMBER_NULL; low values are the number 0.
 */
enum number_result number_binary(const struct charset *c, const unsigned char *p, size_t width,
    struct number *out);

/**
 * number_is_zero(v):
 * Return true if all digits are 0.
 */
bool number_is_zero(const struct number *v);

/**
 * number_physical(v, decimals, dst):
 * Write the number as it stands: all its digits, a point before the last
 * ${decimals} (fewer than there are digits), a minus where it is negative and not
 * zero.  ${dst} takes NUMBER_TEXT bytes.  Return the length.
 */
size_t number_physical(const struct number *v, unsigned decimals, char *dst);

/**
 * number_short(v, decimals, dst):
 * As number_physical(), without leading zeros before the units digit.
 */
size_t number_short(const struct number *v, unsigned decimals, char *dst);

/**
 * number_scaled(v, out):
 * Set ${out} to the number with its decimal point left aside.  Return 0, or -1
 * where it has more than 18 significant digits.
 */
int number_scaled(const struct number *v, int64_t *out);

#endif
