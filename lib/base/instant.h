#ifndef AEGIS_BASE_INSTANT_H
#define AEGIS_BASE_INSTANT_H

#include <stddef.h>
#include <stdint.h>

/* Instants of years 1 to 9999 as microseconds since 1970-01-01T00:00:00Z. */

#define INSTANT_SECOND INT64_C(1000000)
#define INSTANT_DAY (INT64_C(86400) * INSTANT_SECOND)

/**
 * instant_parse(p, len, us):
 * Read YYYY-MM-DD{T| }HH:MM:SS[.digits]{Z|+00|+00:00}, up to six digits: ISO 8601 and what
 * PostgreSQL prints with TimeZone UTC.  Return 0 with ${us} set, or -1.
 */
int instant_parse(const char *p, size_t len, int64_t *us);

/**
 * instant_day(p, len, us):
 * The same for YYYY-MM-DD: its first microsecond, in UTC.
 */
int instant_day(const char *p, size_t len, int64_t *us);

struct instant_parts {
	int year, month, day, hour, minute, second, micros;
};

/**
 * instant_split(us, parts):
 * The calendar's parts of an instant, in UTC.
 */
void instant_split(int64_t us, struct instant_parts *parts);

/**
 * instant_join(parts):
 * The instant of ${parts}, which must be a real date and time.
 */
int64_t instant_join(const struct instant_parts *parts);

/**
 * instant_text(dst, us):
 * Write YYYY-MM-DDTHH:MM:SS.ffffffZ and a NUL: 28 bytes.  Return ${dst}.
 */
char *instant_text(char dst[28], int64_t us);

#endif
