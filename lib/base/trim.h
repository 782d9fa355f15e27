#ifndef AEGIS_BASE_TRIM_H
#define AEGIS_BASE_TRIM_H

#include <stddef.h>

/**
 * trim_spaces(p, n):
 * Return where the text in the ${n} bytes at ${p} begins without the spaces around it; ${n} becomes its
 * length.
 */
const char *trim_spaces(const char *p, size_t *n);

#endif
