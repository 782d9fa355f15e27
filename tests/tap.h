#ifndef AEGIS_TESTS_TAP_H
#define AEGIS_TESTS_TAP_H

/* The Test Anything Protocol for C units; prove(1) reads it. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_run, tap_failed;

/**
 * tap_ok(cond, fmt, ...):
 * One test: passed where ${cond}.  Return ${cond}.
 */
static inline int tap_ok(int cond, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline int
tap_ok(int cond, const char *fmt, ...)
{
	va_list ap;

	tap_run++;
	if (!cond)
		tap_failed++;
	(void)printf("%sok %d - ", cond ? "" : "not ", tap_run);
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)putchar('\n');
	(void)fflush(stdout);
	return (cond);
}

/**
 * tap_is(got, want, what):
 * One test: two strings are the same; shows both where they are not.
 */
static inline int
tap_is(const char *got, const char *want, const char *what)
{
	int same = got != NULL && want != NULL ? strcmp(got, want) == 0 : got == want;

	(void)tap_ok(same, "%s", what);
	if (!same)
		(void)printf("#  got: %s\n# want: %s\n", got ? got : "(null)",
		    want ? want : "(null)");
	return (same);
}

/**
 * tap_end():
 * Print the plan; the status that main() returns.
 */
static inline int
tap_end(void)
{

	(void)printf("1..%d\n", tap_run);
	return (tap_failed ? 1 : 0);
}

#endif
