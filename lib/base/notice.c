/* Where the library's remarks go: to whatever the program has named. */

#include "base/notice.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

enum { NOTICE_MAX = 1000 };

static notice_fn *notice_out;

void
notice_to(notice_fn *fn)
{

	notice_out = fn;
}

void
notice_say(const char *fmt, ...)
{
	char text[NOTICE_MAX];
	va_list ap;

	if (notice_out == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	notice_out(text);
}
