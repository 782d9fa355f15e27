#ifndef AEGIS_PG_DOCTOR_H
#define AEGIS_PG_DOCTOR_H

#include "base/err.h"
#include "pg/describe.h"
#include "pg/pg.h"

/* Told of each thing that is lacking: what, for which stages, and what mends it. */
typedef void doctor_tell(void *cookie, const char *what, const char *stages, const char *mend);

/**
 * doctor_server(pg, tell, cookie, e):
 * The connection and the server: its version and encoding, a pooler between, a standby, a clock that
 * differs from this machine's.
 */
int doctor_server(struct pg *pg, doctor_tell *tell, void *cookie, struct err *e);

/**
 * doctor_schema(pg, reference, tell, cookie, e):
 * What stages ask for that the database does not have, by the description in the file ${reference}.
 */
int doctor_schema(struct pg *pg, const char *reference, doctor_tell *tell, void *cookie,
    struct err *e);

/**
 * doctor_state(pg, tenant, tell, cookie, e):
 * What is left undone in the database, and what the role may not: invalid indexes, rules with several
 * active versions, cells that are due, runs that never ended, no types of ${tenant}'s (or NULL), no right to
 * import or to export.
 */
int doctor_state(struct pg *pg, const char *tenant, doctor_tell *tell, void *cookie, struct err *e);

#endif
