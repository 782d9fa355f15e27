#ifndef AEGIS_RRC_CHOICE_H
#define AEGIS_RRC_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "rrc/charset.h"
#include "rrc/layout.h"
#include "rrc/record.h"

/* A redefinition's condition, "when: {FIELD: CODE}", in a file's own bytes. */
struct choice {
	const struct layout_field *on;
	size_t n;             /* codes; 0 where there is no condition */
	unsigned char *codes; /* ${n} times ${on}'s width bytes */
};

/**
 * choice_init(ch, c, s, f):
 * Make ${ch} the condition of field ${f} of segment ${s} in the character set ${c}.
 * The caller ends it with choice_release().
 */
void choice_init(struct choice *ch, const struct charset *c, const struct layout_segment *s,
    const struct layout_field *f);
void choice_release(struct choice *ch);

/**
 * choice_holds(ch, rec):
 * Return true if the record ${rec} has one of the codes, or none is asked for.
 */
static inline bool
choice_holds(const struct choice *ch, const struct record *rec)
{
	const unsigned char *p;
	size_t i, width;

	if (ch->n == 0)
		return (true);
	p = record_field(rec, ch->on, &width);
	if (width != ch->on->width)
		return (false);
	if (ch->n == 1 && width == 1)
		return (*p == ch->codes[0]);
	for (i = 0; i < ch->n; i++)
		if (memcmp(p, ch->codes + i * width, width) == 0)
			return (true);
	return (false);
}

#endif
