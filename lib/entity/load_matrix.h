#ifndef AEGIS_ENTITY_LOAD_MATRIX_H
#define AEGIS_ENTITY_LOAD_MATRIX_H

#include "entity/load_job.h"
#include "entity/load_link.h"

/*
 * The compliance matrix follows a load in transactions of its own, short ones, in key order: services
 * write the same rows.  What it writes follows from entities and links alone (batch_matrix_keys(),
 * batch_matrix_write() of sql/190_rights.sql); what a load that was killed has left, the next finishes.
 */
struct load_matrix;

/* Cells that were written, that somebody else was at work on, and, of a check, that are wrong. */
struct load_cells {
	uint64_t made, renamed, busy;
	uint64_t missing, differing;
};

/**
 * load_matrix_plan(j, wrote, x, m, e):
 * In the load's transaction: what the matrix is to be of the type, and that it is due where the
 * load ${wrote} entities or changed one of the links ${x} (NULL: none), also those of another type.
 * Set ${m}, freed by the caller with load_matrix_free(), to NULL where the type is not in the matrix.
 */
int load_matrix_plan(const struct load_job *j, bool wrote, const struct load_links *x,
    struct load_matrix **m, struct err *e);
void load_matrix_free(struct load_matrix *m);

/**
 * load_matrix_follow(j, m, n, e):
 * Behind the load's COMMIT: write the cells that are due, and count them in ${n}.  Cells that others
 * have locked are tried again for a while, and then left for the next load.
 */
int load_matrix_follow(const struct load_job *j, const struct load_matrix *m, struct load_cells *n,
    struct err *e);

/**
 * load_matrix_check(j, m, n, e):
 * Count the cells that are missing or differ, of all entities of the type.
 */
int load_matrix_check(const struct load_job *j, const struct load_matrix *m, struct load_cells *n,
    struct err *e);

#endif
