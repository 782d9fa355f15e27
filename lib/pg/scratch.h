#ifndef AEGIS_PG_SCRATCH_H
#define AEGIS_PG_SCRATCH_H

#include "base/err.h"
#include "pg/pg.h"

/*
 * A database beside the connected one that lives for a moment, with the schema's files
 * applied to it.  Its name is aegis_check_PID_RANDOM; the connection that makes it
 * carries the name as its application_name as long as it lives, so that others see
 * which of these databases nobody stands for any more.
 */
struct scratch;

/**
 * scratch_open(pg, dir, e):
 * Make one and apply the files in ${dir}, as for a server that lacks what the connected
 * database says it lacks.  SIGINT, SIGTERM and SIGHUP wait from here to
 * scratch_close().  Return it, or NULL with ${e} set: STATUS_NOPERM where the role may
 * not make databases.
 */
struct scratch *scratch_open(struct pg *pg, const char *dir, struct err *e);

/**
 * scratch_pg(s):
 * The connection to it.
 */
struct pg *scratch_pg(const struct scratch *s);

/**
 * scratch_close(s, e):
 * Remove it, and the roles that its making has brought to the server.  Return 0, or -1
 * with ${e} set; a signal that came meanwhile takes effect in here.
 */
int scratch_close(struct scratch *s, struct err *e);

/* Told of each database that was removed. */
typedef void scratch_tell(void *cookie, const char *name);

/**
 * scratch_tidy(pg, tell, cookie, e):
 * Remove what dead runs of this role's have left, but nothing that somebody is
 * connected to.  Return 0, or -1 with ${e} set.
 */
int scratch_tidy(struct pg *pg, scratch_tell *tell, void *cookie, struct err *e);

#endif
