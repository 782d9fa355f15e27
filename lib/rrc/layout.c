/* A layout: its segments, fields and code tables. */

#include "rrc/layout.h"

#include <stdlib.h>
#include <string.h>

int
layout_segment(const struct layout *l, const char *id)
{
	size_t i;

	for (i = 0; i < l->nsegments; i++)
		if (strcmp(l->segments[i].id, id) == 0 || strcmp(l->segments[i].label, id) == 0)
			return ((int)i);
	return (-1);
}

int
layout_field(const struct layout_segment *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->nfields; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return ((int)i);
	return (-1);
}

const struct layout_codes *
layout_codes(const struct layout *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->ntables; i++)
		if (strcmp(l->tables[i].name, name) == 0)
			return (&l->tables[i]);
	return (NULL);
}

int
layout_above(const struct layout_segment *s)
{

	return (s->nby > 0 ? -1 : s->parent);
}

size_t
layout_digits(const struct layout_field *f)
{

	switch (f->kind) {
	case LAYOUT_DIGITS:
	case LAYOUT_ZONED:
		return (f->width);
	case LAYOUT_PACKED:
		return (2 * f->width - 1);
	case LAYOUT_BINARY:
		return (f->width == 2 ? 4 : f->width == 4 ? 9 : 18);
	case LAYOUT_CHAR:
	case LAYOUT_GROUP:
		break;
	}
	return (0);
}

/* Free the segment's fields with their names and codes, but not its key. */
static void
layout_release(struct layout_segment *s)
{
	size_t i;

	for (i = 0; i < s->nfields; i++) {
		free((void *)(uintptr_t)s->fields[i].name);
		free(s->fields[i].codes);
		free(s->fields[i].domain_codes);
	}
	free(s->fields);
}

void
layout_free(struct layout *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; l->segments != NULL && i < l->nsegments; i++) {
		layout_release(&l->segments[i]);
		free((void *)(uintptr_t)l->segments[i].label);
		free(l->segments[i].key);
		free(l->segments[i].by);
		free(l->segments[i].upper);
	}
	for (i = 0; i < l->ntables; i++)
		free(l->tables[i].codes);
	free(l->segments);
	free(l->tables);
	conf_free(l->conf);
	free(l);
}
