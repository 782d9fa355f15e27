/* Instants with microseconds, read and written. */

#include "base/instant.h"

#include <string.h>

#include "base/num.h"
#include "base/os.h"

/* Parse ${n} digits at ${p} as a number from ${low} to ${high}; ${out} is set only on success. */
static int
instant_number(const char *p, size_t n, int low, int high, int *out)
{
	uint64_t v;

	if (num_u64(p, n, (uint64_t)low, (uint64_t)high, &v))
		return (-1);
	*out = (int)v;
	return (0);
}

/* Parse the ten bytes YYYY-MM-DD at ${p}, with the days of each month and leap years checked. */
static int
instant_date(const char *p, struct instant_parts *t)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int leap;

	if (p[4] != '-' || p[7] != '-' || instant_number(p, 4, 1, 9999, &t->year) ||
	    instant_number(p + 5, 2, 1, 12, &t->month))
		return (-1);
	leap = t->month == 2 && (t->year % 4 == 0 && (t->year % 100 != 0 || t->year % 400 == 0));
	return (instant_number(p + 8, 2, 1, days[t->month - 1] + leap, &t->day));
}

int64_t
instant_join(const struct instant_parts *t)
{
	int64_t seconds = t->hour * 3600 + t->minute * 60 + t->second;

	return (os_utc_days(t->year, t->month, t->day) * INSTANT_DAY + seconds * INSTANT_SECOND +
	    t->micros);
}

int
instant_day(const char *p, size_t len, int64_t *us)
{
	struct instant_parts t = { 0, 0, 0, 0, 0, 0, 0 };

	if (len != 10 || instant_date(p, &t))
		return (-1);
	*us = instant_join(&t);
	return (0);
}

/* ".ffffff", up to six digits. */
static size_t
instant_fraction(const char *p, size_t len, int *micros)
{
	size_t i, n = 0;
	int v = 0;

	*micros = 0;
	if (len == 0 || p[0] != '.')
		return (0);
	while (n < 6 && 1 + n < len && p[1 + n] >= '0' && p[1 + n] <= '9')
		v = v * 10 + (p[1 + n++] - '0');
	for (i = n; i < 6; i++)
		v *= 10;
	*micros = v;
	return (n == 0 ? 0 : n + 1);
}

int
instant_parse(const char *p, size_t len, int64_t *us)
{
	struct instant_parts t;
	const char *zone;
	size_t n;

	if (len < 20 || (p[10] != 'T' && p[10] != ' ') || p[13] != ':' || p[16] != ':' ||
	    instant_date(p, &t) || instant_number(p + 11, 2, 0, 23, &t.hour) ||
	    instant_number(p + 14, 2, 0, 59, &t.minute) ||
	    instant_number(p + 17, 2, 0, 59, &t.second))
		return (-1);
	n = 19 + instant_fraction(p + 19, len - 19, &t.micros);
	zone = p + n;
	n = len - n;
	if (!(n == 1 && zone[0] == 'Z') && !(n == 3 && memcmp(zone, "+00", 3) == 0) &&
	    !(n == 6 && memcmp(zone, "+00:00", 6) == 0))
		return (-1);
	*us = instant_join(&t);
	return (0);
}

void
instant_split(int64_t us, struct instant_parts *t)
{
	int64_t days = us >= 0 ? us / INSTANT_DAY : -((-us + INSTANT_DAY - 1) / INSTANT_DAY);
	int64_t rest = us - days * INSTANT_DAY, z, era, doe, yoe, doy, mp;

	/* The inverse of os_utc_days(): 400-year eras that begin in March. */
	z = days + 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	t->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	t->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	t->year = (int)(yoe + era * 400 + (t->month <= 2));
	t->micros = (int)(rest % INSTANT_SECOND);
	rest /= INSTANT_SECOND;
	t->second = (int)(rest % 60);
	t->minute = (int)(rest / 60 % 60);
	t->hour = (int)(rest / 3600);
}

/* ${v} in ${n} digits. */
static void
instant_digits(char *dst, int v, int n)
{

	while (n-- > 0) {
		dst[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

char *
instant_text(char dst[28], int64_t us)
{
	struct instant_parts t;

	instant_split(us, &t);
	memcpy(dst, "0000-00-00T00:00:00.000000Z", 28);
	instant_digits(dst, t.year, 4);
	instant_digits(dst + 5, t.month, 2);
	instant_digits(dst + 8, t.day, 2);
	instant_digits(dst + 11, t.hour, 2);
	instant_digits(dst + 14, t.minute, 2);
	instant_digits(dst + 17, t.second, 2);
	instant_digits(dst + 20, t.micros, 6);
	return (dst);
}
