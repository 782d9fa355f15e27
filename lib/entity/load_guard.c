#include <string.h>

#include "entity/load_state.h"
#include "ledger/guard.h"

int
load_guard(struct load *l, struct err *e)
{
	size_t i;

	for (i = 0; i < l->nsections && l->dataset_id[0] != '\0'; i++) {
		const struct load_section *s = l->sections[i];
		const struct guard g = { l->pg, l->dataset_id, l->dataset, l->run, s->source,
			l->means.coverage == DATASET_PART, s->upstream, s->nupstream, &s->own };
		char when[sizeof(l->same_as)];

		if (!l->o->accept_change && guard_layout(&g, e))
			return (-1);
		if (l->o->delta)
			continue;
		if (guard_source(&g, l->o->accept_older, when, sizeof(when), e))
			return (-1);
		if (when[0] != '\0')
			memcpy(l->same_as, when, sizeof(when));
	}
	return (0);
}
