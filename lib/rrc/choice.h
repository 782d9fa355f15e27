#ifndef AEGIS_RRC_CHOICE_H
#define AEGIS_RRC_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "rrc/charset.h"
#include "rrc/layout.h"

/* A redefinition's condition, "when: {FIELD: CODE}", in a file's own bytes. */
struct choice {
	size_t at, width;
	size_t n;             /* codes; 0 where there is no condition */
	unsigned char *codes; /* ${n} times ${width} bytes */
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
choice_holds(const struct choice *ch, const unsigned char *rec)
{
	size_t i;

	if (ch->n == 0)
		return (true);
	if (ch->n == 1 && ch->width == 1)
		return (rec[ch->at] == ch->codes[0]);
	for (i = 0; i < ch->n; i++)
		if (memcmp(rec + ch->at, ch->codes + i * ch->width, ch->width) == 0)
			return (true);
	return (false);
}

#endif
