#ifndef AEGIS_PG_SCHEMA_H
#define AEGIS_PG_SCHEMA_H

#include <stdbool.h>

#include "base/err.h"
#include "pg/pg.h"

/*
 * The schema's files, applied in the order of the file ORDER: a name a line,
 * '#' starts a comment.  Behind a name may stand was:SHA256 of former texts of a
 * file that may be applied again over them.  Each file is one transaction together
 * with its row in batch_schema_files (name, sha256, applied_at).
 */

/* Told of each file that is now in the database; ${applied}: by this call. */
typedef void schema_tell(void *cookie, const char *name, bool applied);

/**
 * schema_without(pg, text, e):
 * Note in the connected database, and for this session, which extensions its server
 * is without on purpose ("age,vector"): the setting aegis.without, which the files
 * ask.  Noting is a superuser's, once; where it is noted already anyone may say it again.
 * Return 0, or -1 with ${e} set: STATUS_USAGE for another word.
 */
int schema_without(struct pg *pg, const char *text, struct err *e);

/**
 * schema_apply(pg, dir, tell, cookie, e):
 * Apply the files in ${dir} that the database does not have, under an advisory
 * lock.  Before anything is applied all are read and compared: a missing one is
 * STATUS_CONFIG, one that was applied and has been edited since STATUS_DATA.
 * Return 0, or -1 with ${e} set; the files told of before stay applied.
 */
int schema_apply(struct pg *pg, const char *dir, schema_tell *tell, void *cookie, struct err *e);

#endif
