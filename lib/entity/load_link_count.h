#ifndef AEGIS_ENTITY_LOAD_LINK_COUNT_H
#define AEGIS_ENTITY_LOAD_LINK_COUNT_H

#include "entity/load_link.h"

/**
 * load_link_count(j, k, e), load_link_last(j, k, e):
 * Count what is wrong with the links of a rule, of all children, with some of them by name; or take, where nothing
 * has changed, what the last load that counted has said.  Return 0, or -1 with ${e} set.
 */
int load_link_count(const struct load_job *j, struct load_link *k, struct err *e);
int load_link_last(const struct load_job *j, struct load_link *k, struct err *e);

/**
 * load_link_book(x, j, s, e):
 * Store what was counted, with the section ${s}.
 */
int load_link_book(const struct load_links *x, const struct load_job *j,
    const struct intake_section *s, struct err *e);

#endif
