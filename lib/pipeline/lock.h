#ifndef AEGIS_PIPELINE_LOCK_H
#define AEGIS_PIPELINE_LOCK_H

#include "base/err.h"
#include "pg/pg.h"

/**
 * lock_take(pg, pipeline, e):
 * Take the advisory lock on the pipeline's name, which the session ${pg} holds
 * until it ends, however it ends.  Return 0, or -1 with ${e} set: STATUS_TEMPFAIL
 * where another session holds it, with what is known of that one.
 */
int lock_take(struct pg *pg, const char *pipeline, struct err *e);

#endif
