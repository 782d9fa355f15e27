#ifndef AEGIS_BASE_UTF8_H
#define AEGIS_BASE_UTF8_H

#include <stddef.h>

/**
 * utf8_span(p, len):
 * Return how many of the ${len} bytes at ${p}, from the first on, are whole
 * characters of UTF-8 as RFC 3629 has it (no overlong forms, no surrogates,
 * nothing past U+10FFFF) and no NUL: ${len} where all are, else the place of
 * the first byte that does not fit.  Runs of ASCII go eight bytes at a time.
 */
size_t utf8_span(const char *p, size_t len);

#endif
