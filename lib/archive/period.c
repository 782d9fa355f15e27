/* Windows of time and their names. */

#include "archive/period.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"

int
period_parse(const char *s, struct period *p, struct err *e)
{
	struct instant_parts t;
	size_t n = strlen(s);
	char day[16];

	/* The first day of it, then the first day after it. */
	if (n <= 10 &&
	    snprintf(day, sizeof(day), "%s%s", s,
		n == 4     ? "-01-01" :
		    n == 7 ? "-01" :
			     "") == 10 &&
	    instant_day(day, 10, &p->from) == 0) {
		instant_split(p->from, &t);
		p->to = p->from + INSTANT_DAY;
		if (n == 7)
			t.month++;
		if (n == 4 || t.month > 12) {
			t.year++;
			t.month = 1;
		}
		if (n != 10)
			p->to = instant_join(&t);
		return (0);
	}
	(void)err_set(e, STATUS_USAGE, "'%.40s' is not a period", s);
	return (err_hint(e, "a day as 2026-11-03, a month as 2026-11, or a year as 2026"));
}

int
period_instant(const char *s, int64_t *us, struct err *e)
{

	if (instant_parse(s, strlen(s), us) == 0 || instant_day(s, strlen(s), us) == 0)
		return (0);
	return (err_set(e, STATUS_USAGE,
	    "'%.40s' is not an instant, such as 2026-11-01T00:00:00Z, or a day", s));
}

char *
period_text(char dst[PERIOD_TEXT], const struct period *p)
{
	char from[28], to[28];
	struct period same;
	size_t n;

	(void)instant_text(from, p->from);
	for (n = 4; n <= 10; n += 3) {
		(void)snprintf(dst, PERIOD_TEXT, "%.*s", (int)n, from);
		if (period_parse(dst, &same, NULL) == 0 && same.from == p->from && same.to == p->to)
			return (dst);
	}
	(void)snprintf(dst, PERIOD_TEXT, "%s/%s", from, instant_text(to, p->to));
	return (dst);
}

int64_t
period_day(int64_t us)
{
	int64_t rest = us % INSTANT_DAY;

	return (us - (rest < 0 ? rest + INSTANT_DAY : rest));
}

char *
period_source(char *dst, unsigned long size, const char *table, const struct period *p)
{
	char from[28], to[28];

	(void)snprintf(dst, size, "%s@%s/%s", table, instant_text(from, p->from),
	    instant_text(to, p->to));
	return (dst);
}

int
period_of_source(const char *source, const char *table, struct period *p)
{
	size_t n = strlen(table);

	if (strncmp(source, table, n) != 0 || source[n] != '@' ||
	    strlen(source) != n + 1 + 27 + 1 + 27 || source[n + 28] != '/' ||
	    instant_parse(source + n + 1, 27, &p->from) ||
	    instant_parse(source + n + 29, 27, &p->to))
		return (-1);
	return (0);
}
