#ifndef AEGIS_ENTITY_LOAD_LAST_H
#define AEGIS_ENTITY_LOAD_LAST_H

#include "base/digest.h"
#include "entity/load_dataset.h"
#include "entity/properties.h"

enum { LOAD_SECTIONS = 4096 }; /* streams in one input, where the last row counts */

enum { LOAD_LAST_FIELDS = 8 }; /* that say which row is the best */

/* Which row of a key counts: the last one, or the best. */
struct load_last {
	bool on;  /* that is so; else no more than the first is looked at */
	size_t n; /* fields that say which is the best; 0: the last one counts */
	struct {
		int column;
		enum {
			LAST_DATE,
			LAST_BOOLEAN,
			LAST_SET
		} kind; /* the later one; the true one; any */
	} by[LOAD_LAST_FIELDS];
};

/**
 * load_last_set(x, j, d, p, e):
 * Fill in ${x} for the dataset ${d}, whose rows have the columns ${p}.
 */
int load_last_set(struct load_last *x, const struct load_job *j, const struct load_dataset *d,
    const struct properties *p, struct err *e);

/**
 * load_last_value(x, f, content):
 * What is kept of the row ${f}, whose digest is ${content}: 47 bits, of which the greater is the better
 * row, or, where the last one counts, another one another row.
 */
uint64_t load_last_value(const struct load_last *x, const struct stream_field *f,
    struct digest128 content);

/**
 * load_last_note(section, value, same), load_last_counts(x, note, value):
 * The note of a key whose first row is in the ${section}th stream, and is the ${same} as what the
 * database has; and whether a row with ${value} counts where one with ${note} was before.
 */
uint64_t load_last_note(size_t section, uint64_t value, bool same);
bool load_last_counts(const struct load_last *x, uint64_t note, uint64_t value);

/**
 * load_last_first(note, section, same), load_last_next(note, value):
 * Section and sameness of the key's first row, which every later note passes on.
 */
void load_last_first(uint64_t note, size_t *section, bool *same);
uint64_t load_last_next(uint64_t note, uint64_t value);

/**
 * load_last_settle(j, d, acts, e):
 * Leave of load_changed each key's last row, where it says something new, and count: by section,
 * and by enum load_act in ${acts}.
 */
int load_last_settle(const struct load_job *j, const struct load_dataset *d, struct load_acts *acts,
    struct err *e);

#endif
