#ifndef AEGIS_PG_SCHEMA_H
#define AEGIS_PG_SCHEMA_H

#include <stdbool.h>

#include "base/err.h"
#include "pg/pg.h"

/*
 * The schema's files, applied in the order of the file ORDER: a name a line, '#' starts a
 * comment.  Words behind a name say more: aegis, aegis:TABLE (one of AEGIS's own), online, and
 * was:SHA256 of former texts of a file that may be applied again over them.  Each file is one
 * transaction together with its row in batch_schema_files (name, sha256, applied_at, adopted);
 * an online one runs statement by statement, and its row comes last.
 *
 * A database that has the TABLE of one of AEGIS's files and none of these files on record was
 * made by AEGIS: they are put on record as adopted, and none of them is run.
 *
 * No statement makes others queue for long behind it: each waits a third of a second for its
 * locks and is then tried again with its transaction, for as long as pg_lock_wait says.
 */
enum schema_did { SCHEMA_UNCHANGED, SCHEMA_APPLIED, SCHEMA_ADOPTED };

/* Told of each file that is now in the database, or, of a plan, would be. */
typedef void schema_tell(void *cookie, const char *name, enum schema_did did);

/**
 * schema_apply(pg, dir, without, again, tell, cookie, e):
 * Apply the files in ${dir} that the database does not have, under an advisory lock, for a server
 * without the extensions ${without} ("age,vector"; NULL: as the database says), which the
 * database notes; the file ${again}, where it is not NULL, also if the database has it.  Before
 * anything is applied all are read and compared: a missing one is STATUS_CONFIG, one that was
 * applied and has been edited since STATUS_DATA.  Return 0, or -1 with ${e} set; the files told
 * of before stay applied.
 */
int schema_apply(struct pg *pg, const char *dir, const char *without, const char *again,
    schema_tell *tell, void *cookie, struct err *e);

/**
 * schema_plan(pg, dir, again, tell, cookie, e):
 * Tell what schema_apply() would do, and do nothing.  Tables that it would make anew are told by
 * notice_say(), with how much they are.
 */
int schema_plan(struct pg *pg, const char *dir, const char *again, schema_tell *tell, void *cookie,
    struct err *e);

#endif
