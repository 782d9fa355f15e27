#ifndef AEGIS_SERVER_PGCTL_H
#define AEGIS_SERVER_PGCTL_H

#include "server/server.h"

/*
 * What is done to the private database, in a process of the server's user whose working directory is
 * the database's: no path is long, and none goes through a shell.
 */
struct pgctl {
	const struct place *p;
	const struct server_options *o; /* of a start */
	char creator[64];               /* who calls */
	char bindir[PLACE_MAX];         /* of PostgreSQL's programs, once found */
};

/**
 * pgctl_start(j, r, e), pgctl_stop(j, r, e), pgctl_status(j, r, e), pgctl_empty(j, r, e):
 * What server_start() and its like promise; the last one removes everything in the directory, the
 * marker last.  Return 0, or -1 with ${e} set.
 */
int pgctl_start(struct pgctl *j, struct server_report *r, struct err *e);
int pgctl_stop(struct pgctl *j, struct server_report *r, struct err *e);
int pgctl_status(struct pgctl *j, struct server_report *r, struct err *e);
int pgctl_empty(struct pgctl *j, struct server_report *r, struct err *e);

/**
 * pgctl_clean_exec():
 * Undo what a program of ours must not hand on to one that it execs: ignored signals.
 */
void pgctl_clean_exec(void);

#endif
