#ifndef AEGIS_ENTITY_LOAD_MATRIX_H
#define AEGIS_ENTITY_LOAD_MATRIX_H

#include "entity/load_link.h"

/* Rows of the matrix that a load wrote. */
struct load_cells {
	uint64_t made, renamed;
};

/**
 * load_matrix_write(t, x, n, e):
 * Rows of compliance_status for the tenant's own entities.
 */
int load_matrix_write(struct load_touched *t, const struct load_links *x, struct load_cells *n,
    struct err *e);

#endif
