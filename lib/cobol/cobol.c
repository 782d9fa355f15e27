/* A COBOL description of records: what it holds. */

#include "cobol/cobol.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
cobol_note(struct cobol *c, size_t line, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (c->nnotes == COBOL_MAX_NOTES)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (c->nnotes == c->notes_cap)
		c->notes = xgrow(c->notes, &c->notes_cap, sizeof(*c->notes));
	c->notes[c->nnotes].line = line;
	c->notes[c->nnotes++].text = xstrdup(text);
}

const char *
cobol_keep(struct cobol *c, char *s)
{

	if (c->nmade == c->made_cap)
		c->made = xgrow(c->made, &c->made_cap, sizeof(*c->made));
	return (c->made[c->nmade++] = s);
}

bool
cobol_is_filler(const struct cobol_item *i)
{
	const size_t n = strlen(i->name);

	return (strcasecmp(i->name, "FILLER") == 0 ||
	    (n > 7 && strcasecmp(i->name + n - 7, "-FILLER") == 0));
}

void
cobol_free(struct cobol *c)
{
	size_t i, k;

	for (i = 0; i < c->nrecords; i++) {
		for (k = 0; k < c->records[i].nitems; k++)
			free(c->records[i].items[k].values);
		free(c->records[i].items);
		free(c->records[i].key);
	}
	free(c->records);
	for (i = 0; i < c->nnotes; i++)
		free(c->notes[i].text);
	free(c->notes);
	for (i = 0; i < c->nmade; i++)
		free(c->made[i]);
	free(c->made);
	buf_free(&c->text);
}
