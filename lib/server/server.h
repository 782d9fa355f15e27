#ifndef AEGIS_SERVER_SERVER_H
#define AEGIS_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "server/place.h"

/*
 * The private database of a checkout: a PostgreSQL server of the distribution's
 * packages with its data below var/db, reached over a Unix socket only, and controlled
 * by pg_ctl.  The server never runs as root: what root starts runs as the user postgres.
 * All that is kept where, and why, stands in doc/private-database.md.
 */
enum server_state {
	SERVER_NONE,    /* there is none */
	SERVER_STOPPED, /* not running (now) */
	SERVER_STARTED, /* started by this call */
	SERVER_RUNNING, /* running already */
};

struct server_options {
	bool fast;              /* no syncing: for tests; a power cut loses all */
	const char *const *set; /* "name=value" for the server, kept for later starts */
	size_t n_set;
	const char *version;            /* "17": of the server; NULL: any */
	bool chosen;                    /* ${without} was asked for, and must be what is there */
	unsigned int without;           /* of pg/without.h: what a new database is made without */
	void (*tell)(const char *what); /* of what takes long; may be NULL */
};

/* What was found or done. */
struct server_report {
	enum server_state state;
	bool changed;         /* made (start), ended (stop), removed (destroy) */
	long pid;             /* of the server, 0 where it does not run */
	char version[32];     /* major version of the data, "15"; or empty */
	unsigned int without; /* extensions that it was made without */
	char age[32];         /* versions that the server has; or empty */
	char vector[32];
	char user[64];         /* that the server runs as */
	char place[PLACE_MAX]; /* the directory, links resolved; or empty */
	char socket[256];      /* directory of the socket; or empty */
	char tail[4096];       /* last lines of the log where the server failed */
};

/**
 * server_start(o, r, e):
 * Make the database where there is none, start it and wait until it takes
 * connections.  A running one is left alone.  Two calls at once: the second
 * waits for the first.  A new one gets Apache AGE and pgvector unless it is to be
 * without: from the distribution, or from a tree of Debian's packages, which is
 * fetched where there is none yet.  Return 0, or -1 with ${e} set: STATUS_CONFIG
 * for extensions that cannot be had, or are not what an existing one has, for a
 * directory that is not ours or a missing PostgreSQL, STATUS_NODB where the
 * server does not start (then ${r}->tail has the end of its log).
 */
int server_start(const struct server_options *o, struct server_report *r, struct err *e);

/**
 * server_stop(r, e), server_status(r, e), server_destroy(r, e):
 * Stop the server (transactions are rolled back), where it runs; say how it is; stop it and
 * remove its directory with everything in it.  Return 0, also where there is none, or -1
 * with ${e} set.
 */
int server_stop(struct server_report *r, struct err *e);
int server_status(struct server_report *r, struct err *e);
int server_destroy(struct server_report *r, struct err *e);

/**
 * server_host(dst, size, e):
 * The socket's directory of the private database, running or not.  Return 0, or -1 with ${e} set
 * to STATUS_NODB where there is none.  Port, role and database are those of server/config.h.
 */
int server_host(char *dst, size_t size, struct err *e);

/**
 * server_program(dst, size, name, e):
 * Write the path of PostgreSQL's program ${name} ("psql") of the private
 * database's version, or the newest installed where there is no database.
 * Return 0, or -1 with ${e} set to STATUS_CONFIG.
 */
int server_program(char *dst, size_t size, const char *name, struct err *e);

#endif
