#ifndef AEGIS_ARCHIVE_PERIOD_H
#define AEGIS_ARCHIVE_PERIOD_H

#include <stdint.h>

#include "base/err.h"

/* A window of time, [from, to), in microseconds since 1970. */
struct period {
	int64_t from, to;
};

enum { PERIOD_TEXT = 60 };

/**
 * period_parse(s, p, e):
 * Read a day, month or year in UTC: 2026-11-03, 2026-11, 2026.  Return 0, or -1 with ${e}
 * set to STATUS_USAGE.
 */
int period_parse(const char *s, struct period *p, struct err *e);

/**
 * period_instant(s, us, e):
 * Read an instant, or a day for its first microsecond.
 */
int period_instant(const char *s, int64_t *us, struct err *e);

/**
 * period_text(dst, p):
 * Write FROM/TO as ISO 8601 has it, as short as it can be said: 2026-11-03, 2026-11, 2026,
 * else two instants; up to PERIOD_TEXT bytes with the NUL.  Return ${dst}.
 */
char *period_text(char dst[PERIOD_TEXT], const struct period *p);

/**
 * period_day(us):
 * The first microsecond of the day of ${us}.
 */
int64_t period_day(int64_t us);

/**
 * period_source(dst, size, table, p), period_of_source(source, table, p):
 * An audit stream's source: TABLE@FROM/TO.  period_of_source() returns 0, or -1 where it is
 * none, or another table's.
 */
char *period_source(char *dst, unsigned long size, const char *table, const struct period *p);
int period_of_source(const char *source, const char *table, struct period *p);

#endif
