#ifndef AEGIS_ENTITY_MAP_H
#define AEGIS_ENTITY_MAP_H

#include <stdint.h>

#include "base/err.h"
#include "base/num.h"
#include "entity/definition.h"
#include "entity/map_plan.h"

/*
 * Records to entities: reads rrc: streams, renames, types and checks each value
 * by a definition, and writes entity: streams.  One pass, one row in memory.
 */
struct map_options {
	const struct entity_definition *def;
	int in, out;                    /* descriptors, not closed */
	const char *in_name, *out_name; /* for messages */
	const char *rejects;            /* reject file, or NULL; of the nth stream: NAME.n */
	struct ceiling max_rejects;     /* of the rows read */
	struct ceiling max_flaws;       /* of the rows written and rejected */
	map_notice_fn *notice;          /* or NULL */
	void *cookie;
};

struct map_totals { /* over all streams */
	uint64_t streams, read, rows, rejected, flawed;
};

/**
 * map_run(o, t, e):
 * Map all streams of the input; each gives one stream of the output, with the
 * header's source and run, the books that came with it and one of its own, and
 * is sealed after its input has proved whole, its figures stay under the
 * ceilings and its reject file is closed.  Where a later stream fails, a line
 * "#aegis-broken" behind those already sealed keeps readers from taking them for
 * all there is.  Return 0 with ${t} set, or -1 with ${e}
 * set: STATUS_DATA (broken stream, too many faults, a reject without a reject
 * file), STATUS_CONFIG (definition and columns do not fit), STATUS_IO.
 */
int map_run(const struct map_options *o, struct map_totals *t, struct err *e);

#endif
