#ifndef AEGIS_BASE_BASE64_H
#define AEGIS_BASE_BASE64_H

#include <stddef.h>

/* Base64 (RFC 4648, section 4, with padding; by OpenSSL). */

/**
 * base64_encode(dst, p, n):
 * Write the ${n} bytes at ${p} as base64 and a NUL: 4 * ceil(n / 3) + 1 bytes.
 */
void base64_encode(char *dst, const void *p, size_t n);

/**
 * base64_decode(dst, size, p, len, n):
 * Read the ${len} characters at ${p}, of up to 8,192 bytes; ${n} is set to how many bytes
 * they make.  Return 0, or -1 where they don't fit ${size} or are not exactly what
 * base64_encode() writes: blanks, missing padding and loose bits are refused.
 */
int base64_decode(void *dst, size_t size, const char *p, size_t len, size_t *n);

#endif
