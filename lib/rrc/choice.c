/* Conditions of redefinitions, in a file's own bytes. */

#include "rrc/choice.h"

#include <stdlib.h>

#include "base/buf.h"

void
choice_init(struct choice *ch, const struct charset *c, const struct layout_segment *s,
    const struct layout_field *f)
{
	size_t i;

	memset(ch, 0, sizeof(*ch));
	if (f->when < 0)
		return;
	ch->on = &s->fields[f->when];
	ch->n = f->ncodes;
	ch->codes = xcalloc(ch->n, ch->on->width);
	for (i = 0; i < ch->n; i++)
		(void)charset_encode(c, f->codes[i], ch->codes + i * ch->on->width, ch->on->width);
}

void
choice_release(struct choice *ch)
{

	free(ch->codes);
	memset(ch, 0, sizeof(*ch));
}
