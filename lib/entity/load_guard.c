/* What a load is held against: the layout of the last load, and the sources before it. */

#include <stdlib.h>
#include <string.h>

#include "entity/load_state.h"
#include "ledger/guard.h"

static int
load_guard_past(struct load *l, struct err *e)
{
	struct guard_piece *pieces = xcalloc(l->nsections + 1, sizeof(*pieces));
	struct guard_whole g = { l->pg, l->dataset_id, l->dataset,
		l->means.coverage == DATASET_PART, pieces, l->nsections };
	struct guard_past past;
	size_t i;
	int rc;

	for (i = 0; i < l->nsections; i++) {
		const struct load_section *s = l->sections[i];

		pieces[i] = (struct guard_piece){ s->source, s->upstream, s->nupstream, &s->own };
	}
	if ((rc = guard_past(&g, &past, e)) == 0) {
		memcpy(l->same_as, past.same_as, sizeof(l->same_as));
		if (!l->o->accept_older)
			l->older = past.older;
	}
	free(pieces);
	return (rc);
}

int
load_guard(struct load *l, struct err *e)
{
	size_t i;

	if (l->dataset_id[0] == '\0')
		return (0);
	for (i = 0; i < l->nsections && !l->o->accept_change; i++) {
		const struct load_section *s = l->sections[i];
		const struct guard g = { l->pg, l->dataset_id, l->dataset, s->upstream,
			s->nupstream, &s->own };

		if (guard_layout(&g, e))
			return (-1);
	}
	return (l->o->delta ? 0 : load_guard_past(l, e));
}

int
load_guard_older(const struct load *l, struct err *e)
{
	uint64_t rejected, pending;
	struct ledger_counts t = load_report_totals(l, &rejected, &pending);

	if (l->older.status == STATUS_OK ||
	    t.inserted + t.updated + t.revived + pending + l->gone == 0)
		return (0);
	*e = l->older;
	return (-1);
}
