#ifndef AEGIS_LEDGER_GUARD_H
#define AEGIS_LEDGER_GUARD_H

#include <stdbool.h>

#include "base/err.h"
#include "ledger/intake.h"

/**
 * guard_layout(pg, dataset_id, dataset, in, e):
 * Return -1 with ${e} set to STATUS_DATA where the first stage of a section had another configuration
 * than at the dataset's last load: every value may be another field's.
 */
int guard_layout(struct pg *pg, const char *dataset_id, const char *dataset,
    const struct intake *in, struct err *e);

/* What is known of a source, all sections together. */
struct guard_past {
	char same_as[40];
	/* when the last load was of these very sections, by the same configuration; or "" */
	struct err
	    older; /* STATUS_DATA: a section was loaded before, and the last load had it not */
};

/**
 * guard_past(pg, dataset_id, dataset, by_name, in, past, e):
 * Compare the source with the dataset's loads before it (those of some rows only, --delta, do not
 * count); ${by_name}: each name has a past of its own, as the dataset comes in parts.  Sections are
 * told by their SHA-256, and one without counts as new.  That a source is older is an error only
 * where it changes something, which the caller knows: a file, its pieces and the file again
 * bring the same rows.
 */
int guard_past(struct pg *pg, const char *dataset_id, const char *dataset, bool by_name,
    const struct intake *in, struct guard_past *past, struct err *e);

#endif
