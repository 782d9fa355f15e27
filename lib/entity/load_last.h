#ifndef AEGIS_ENTITY_LOAD_LAST_H
#define AEGIS_ENTITY_LOAD_LAST_H

#include "base/digest.h"
#include "entity/load_dataset.h"

enum { LOAD_SECTIONS = 4096 }; /* streams in one input, where the last row counts */

/**
 * load_last_note(section, content, same), load_last_is(note, content):
 * What is kept of a row in the ${section}th stream, and whether that row had ${content}.
 */
uint64_t load_last_note(size_t section, struct digest128 content, bool same);
bool load_last_is(uint64_t note, struct digest128 content);

/**
 * load_last_first(note, section, same), load_last_next(note, content):
 * Section and sameness of the key's first row, which every later note passes on.
 */
void load_last_first(uint64_t note, size_t *section, bool *same);
uint64_t load_last_next(uint64_t note, struct digest128 content);

/**
 * load_last_settle(j, d, acts, e):
 * Leave of load_changed each key's last row, where it says something new, and count: by section,
 * and by enum load_act in ${acts}.
 */
int load_last_settle(const struct load_job *j, const struct load_dataset *d, struct load_acts *acts,
    struct err *e);

#endif
