#ifndef AEGIS_AUDIT_CANON_NUMBER_H
#define AEGIS_AUDIT_CANON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/canon.h"

enum { CANON_NUMBER_SIZE = 400 }; /* bytes that hold any double, written out */

/**
 * canon_number(numbers, p, len, dst, n):
 * The number of which jsonb gives the ${len} bytes at ${p}, as the signer wrote it: return
 * its text and set ${n} to its length; ${dst} of CANON_NUMBER_SIZE bytes may hold it.
 */
const char *canon_number(enum canon_numbers numbers, const char *p, size_t len, char *dst,
    size_t *n);

/**
 * canon_number_ambiguous(numbers, p, len):
 * Return true if the signer may have written another text for it.
 */
bool canon_number_ambiguous(enum canon_numbers numbers, const char *p, size_t len);

#endif
