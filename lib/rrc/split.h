#ifndef AEGIS_RRC_SPLIT_H
#define AEGIS_RRC_SPLIT_H

#include <stddef.h>

#include "rrc/record.h"

enum {
	SPLIT_SLACK = 16
}; /* bytes that may be read behind a row; spans that may be set behind ${max} */

/**
 * split_row(p, len, delimiter, spans, max):
 * Cut the ${len} bytes at ${p}, a row without quotes, at each ${delimiter}, and set the first
 * ${max} of ${spans}, which has room for SPLIT_SLACK more.  Return how many values there are, which may
 * be more.
 */
size_t split_row(const unsigned char *p, size_t len, unsigned char delimiter, struct span *spans,
    size_t max);

#endif
