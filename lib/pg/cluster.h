#ifndef AEGIS_PG_CLUSTER_H
#define AEGIS_PG_CLUSTER_H

#include <stdint.h>

#include "base/err.h"
#include "pg/private.h"

/*
 * The inside of the private database's directory.  Every function here runs as
 * the server's user with that directory as its working directory, so that no
 * path is long and none goes through a shell; lib/pg/private.c sees to both.
 *
 *	AEGIS-PRIVATE-DATABASE  what makes the directory ours
 *	data/                   the cluster (data.partial/ while it is made)
 *	run/                    the socket, where its path is short enough
 *	server.conf             our settings, written anew at each start
 *	settings.conf           those of `start --set`, kept
 *	pg_service.conf         how clients reach it
 *	log, log.1, lock
 */
#define CLUSTER_MARKER "AEGIS-PRIVATE-DATABASE"
#define CLUSTER_SERVICE "pg_service.conf"
#define CLUSTER_PORT "5432"
#define CLUSTER_ROLE "aegis"
#define CLUSTER_DATABASE "aegis"

struct cluster {
	const char *dir;     /* the working directory's real path */
	const char *var;     /* the var/ that it belongs to, for the marker */
	const char *creator; /* who may connect, beside root and the server's user */
	const char *user;    /* the server's user: ourselves */
	const struct private_options *options; /* start only */
};

/**
 * cluster_start(c, r, e), cluster_stop(c, r, e), cluster_status(c, r, e):
 * What private_start() and its kin promise.  Return 0, or -1 with ${e} set.
 */
int cluster_start(const struct cluster *c, struct private_report *r, struct err *e);
int cluster_stop(const struct cluster *c, struct private_report *r, struct err *e);
int cluster_status(const struct cluster *c, struct private_report *r, struct err *e);

/**
 * cluster_empty(c, r, e):
 * Stop the server and remove everything in the directory, the marker last.
 */
int cluster_empty(const struct cluster *c, struct private_report *r, struct err *e);

/**
 * cluster_clean_exec():
 * Undo what a program of ours must not hand on to one that it execs: ignored
 * signals.
 */
void cluster_clean_exec(void);

#endif
