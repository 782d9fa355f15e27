#ifndef AEGIS_RRC_CHARSET_H
#define AEGIS_RRC_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character sets in which the RRC publishes: tapes in EBCDIC code page 037 (IBM CDRA; the same
 * table as Unicode's CP037.TXT) or ASCII, text also in Latin-1 (ISO 8859-1) or UTF-8.
 */
enum charset_id { CHARSET_ASCII, CHARSET_EBCDIC, CHARSET_LATIN1, CHARSET_UTF8 };

/* What is said of a byte of a text, by the character it stands for. */
enum { CHARSET_FLAG_BAD = 1, CHARSET_FLAG_WIDE = 2, CHARSET_FLAG_QUOTE = 4 };

struct charset {
	enum charset_id id;
	unsigned char blank;       /* ' ' as it stands in a record */
	unsigned char zero;        /* '0' as it stands in a record */
	uint64_t blanks, zeros;    /* eight of them */
	unsigned char latin1[256]; /* raw byte -> character, U+0000 to U+00FF */
	unsigned char flags[256];  /* raw byte -> CHARSET_FLAG_* */
	unsigned char raw[256];    /* character -> raw byte */
};

enum charset_result {
	CHARSET_NULL,  /* all blanks, or all low values (0x00) */
	CHARSET_PLAIN, /* a text that CSV need not quote */
	CHARSET_TEXT,  /* a text that it may have to */
	CHARSET_FAULT, /* a NUL in it, or a byte that the character set has not */
};

/**
 * charset_init(c, id):
 * Fill ${c} with the tables of ${id}.
 */
void charset_init(struct charset *c, enum charset_id id);

/**
 * charset_tabs(c):
 * Let a TAB stand for a space.
 */
void charset_tabs(struct charset *c);

/**
 * charset_text(c, p, width, both, dst, len):
 * Write the text field of ${width} bytes at ${p}, without its trailing blanks and NULs
 * (and without leading blanks where ${both}), to ${dst} as UTF-8, and its length to
 * ${len}.  ${dst} takes 2 * ${width} bytes.  Nothing is written for CHARSET_NULL
 * and CHARSET_FAULT.
 */
enum charset_result charset_text(const struct charset *c, const unsigned char *p, size_t width,
    bool both, char *dst, size_t *len);

/**
 * charset_printable(p, n):
 * Return true if the ${n} > 0 bytes at ${p} are printable ASCII characters, none of which CSV has to
 * quote: charset_text() of any character set but EBCDIC takes them as they stand.
 */
bool charset_printable(const unsigned char *p, size_t n);

/**
 * charset_digits(c, p, n):
 * Return true if the ${n} > 0 bytes at ${p} are digits.
 */
bool charset_digits(const struct charset *c, const unsigned char *p, size_t n);

/**
 * charset_undigit(c, x, mask):
 * Eight raw bytes, and all ones for those of them that are meant: zero if these are digits.
 */
static inline uint64_t
charset_undigit(const struct charset *c, uint64_t x, uint64_t mask)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);

	x = (x ^ c->zeros) & mask;
	return (((x + ones * (0x7f - 9)) | x) & ones << 7);
}

/**
 * charset_empty(c, p, width):
 * Return true if the ${width} bytes at ${p} are all blanks or all low values: a
 * field without a value, whatever its kind.
 */
bool charset_empty(const struct charset *c, const unsigned char *p, size_t width);

/**
 * charset_show(c, p, n, dst):
 * Write ${n} raw bytes as UTF-8 to ${dst} for a message, "?" where a byte is no
 * character; return the length, up to 2 * ${n}.
 */
size_t charset_show(const struct charset *c, const unsigned char *p, size_t n, char *dst);

/**
 * charset_hex(p, n, dst):
 * The ${n} bytes of a packed or binary field as X'0C00': 2 * ${n} + 3 bytes into ${dst}.  Return
 * how many.
 */
size_t charset_hex(const unsigned char *p, size_t n, char *dst);

/**
 * charset_encode(c, s, dst, size):
 * Write the ASCII string ${s} as raw bytes to ${dst}.  Return how many, or 0
 * where they are more than ${size} or not ASCII.
 */
size_t charset_encode(const struct charset *c, const char *s, unsigned char *dst, size_t size);

#endif
