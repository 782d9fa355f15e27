#ifndef AEGIS_ENTITY_LOAD_SAMPLE_H
#define AEGIS_ENTITY_LOAD_SAMPLE_H

#include "entity/load_job.h"

/* A field of an entity that a plan would change. */
struct load_sample {
	char *key, *field, *before, *after; /* values as JSON; NULL: not there */
};

struct load_samples {
	struct load_sample *v;
	size_t n, cap;
};

enum { LOAD_SAMPLES = 10 }; /* changed entities that a plan shows */

/**
 * load_sample_read(j, s, e):
 * Compare the first changed entities, which are in load_changed, with what is there.  A value that is a
 * person's is a text that says so, unless the options ask for it.
 */
int load_sample_read(const struct load_job *j, struct load_samples *s, struct err *e);
void load_sample_free(struct load_samples *s);

#endif
