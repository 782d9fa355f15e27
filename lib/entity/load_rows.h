#ifndef AEGIS_ENTITY_LOAD_ROWS_H
#define AEGIS_ENTITY_LOAD_ROWS_H

#include "entity/load_dataset.h"
#include "entity/load_last.h"
#include "entity/load_merge.h"
#include "entity/load_retire.h"
#include "ledger/parts.h"

/* Where the rows of the input go, one after the other. */
struct load_rows {
	struct load_job *j;
	struct load_dataset *d;
	struct parts *parts;
	struct known *known; /* what has the key of the row at hand */
	struct load_merge *merge;
	struct load_retire *retire;
	struct load_last last;
	struct buf asked;  /* load_known_ahead() */
	struct buf packed; /* a row that is deferred */
	char **columns;    /* of the first stream; the others must have the same */
	size_t ncolumns;
};

/**
 * load_rows_steps:
 * What intake_take() does with a struct load_rows.
 */
extern const struct intake_steps load_rows_steps;
void load_rows_free(struct load_rows *x);

#endif
