/* Findings of a run. */

#include "pipeline/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

void
result_note(struct result *r, const char *fmt, ...)
{
	char line[RESULT_CAUSE_SIZE];
	size_t was = r->notes != NULL ? strlen(r->notes) : 0, i;
	char *notes;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (i = 0; line[i] != '\0'; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	notes = xcalloc(1, was + i + 2);
	(void)snprintf(notes, was + i + 2, "%s%s\n", r->notes != NULL ? r->notes : "", line);
	free(r->notes);
	r->notes = notes;
	if (r->status == STATUS_OK)
		r->status = STATUS_FINDINGS;
	if (r->cause[0] == '\0')
		(void)snprintf(r->cause, sizeof(r->cause), "%s", line);
}
