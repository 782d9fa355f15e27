#ifndef AEGIS_ENTITY_LOAD_DATASET_H
#define AEGIS_ENTITY_LOAD_DATASET_H

#include "entity/dataset.h"
#include "entity/load_job.h"

/* Another dataset of the type, as its last load left it in batch_datasets. */
struct load_peer {
	char id[16];
	bool enrich;
};

struct load_dataset {
	char name[BOOK_DATASET_SIZE];
	char id[16];          /* empty: there is none, and nothing is written */
	struct dataset means; /* what it is to the type; borrows from list */
	char *owned;          /* text[]: the fields that it brought before, or NULL */
	bool first;           /* it was never loaded */
	bool redefined;       /* the definitions are others than at its last load */
	struct load_peer *peers;
	size_t npeers, cappeers;
	struct dataset_list *list;
};

/**
 * load_dataset_open(j, d, e):
 * At the first header: name the dataset, read what it means, find its row and its peers', make
 * the row.  load_dataset_free() is due in any case.
 */
int load_dataset_open(const struct load_job *j, struct load_dataset *d, struct err *e);

/**
 * load_dataset_fields(j, d, e):
 * When the columns are known: no other dataset may bring one of them for the same keys; and they
 * should be those of the last load.
 */
int load_dataset_fields(const struct load_job *j, struct load_dataset *d, struct err *e);

/**
 * load_dataset_retires(j, d):
 * Whether an entity that the input does not have may be retired.
 */
bool load_dataset_retires(const struct load_job *j, const struct load_dataset *d);

/**
 * load_dataset_settled(d):
 * Whether another row of a key than the first may count, so that only the end tells.
 */
bool load_dataset_settled(const struct load_dataset *d);
void load_dataset_free(struct load_dataset *d);

#endif
