#ifndef AEGIS_PIPELINE_LOCK_H
#define AEGIS_PIPELINE_LOCK_H

#include "base/err.h"
#include "pg/pg.h"
#include "pipeline/pipeline.h"

/**
 * lock_take(pg, p, e):
 * Begin a transaction of ${pg} that only reads and take the advisory lock on the pipeline's name, and
 * its tenant's where it has one, in it, which it holds until it ends, however it ends: also behind a pooler, where only a transaction has
 * a session to itself.  Return 0, or -1 with ${e} set: STATUS_TEMPFAIL
 * where another session holds it, with what is known of that one.
 */
int lock_take(struct pg *pg, const struct pipeline *p, struct err *e);

/**
 * lock_held(pg, e):
 * Return 0 while the transaction of ${pg} is as lock_take() left it, or -1 with ${e} set: then the lock
 * is gone with it.
 */
int lock_held(struct pg *pg, struct err *e);

#endif
