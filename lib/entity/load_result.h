#ifndef AEGIS_ENTITY_LOAD_RESULT_H
#define AEGIS_ENTITY_LOAD_RESULT_H

#include "base/report.h"
#include "entity/load_link.h"
#include "entity/load_matrix.h"
#include "entity/load_retire.h"
#include "entity/load_sample.h"
#include "ledger/guard.h"

/* What a load leaves, for its report. */
struct load {
	char tenant[37], run[37];
	char *type;
	char dataset[BOOK_DATASET_SIZE]; /* empty until the first header is read */
	bool plan;
	bool wrote;       /* some entity was */
	uint64_t orphans; /* entities retired since their type is gone */
	struct intake *in;
	struct guard_past past;
	struct load_retire retire;
	struct load_links links;
	struct load_cells cells;
	struct load_samples samples;
	size_t keys, bytes; /* of the table of known keys */
};

#endif
