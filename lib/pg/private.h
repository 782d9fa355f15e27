#ifndef AEGIS_PG_PRIVATE_H
#define AEGIS_PG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * The private database of a checkout: a PostgreSQL server of the distribution's
 * packages with its data below var/db, reached over a Unix socket only.  The
 * server never runs as root: what root starts runs as the user postgres.  All
 * that is kept where, and why, stands in doc/private-database.md.
 */
enum { PRIVATE_CONNINFO_MAX = 1024, PRIVATE_PATH_MAX = 4096 };

enum private_state {
	PRIVATE_NONE,    /* there is none */
	PRIVATE_STOPPED, /* not running (now) */
	PRIVATE_STARTED, /* started by this call */
	PRIVATE_RUNNING, /* running already */
};

struct private_options {
	bool fast;              /* no syncing: for tests; a power cut loses all */
	const char *const *set; /* "name=value" for the server, kept for later starts */
	size_t n_set;
	const char *version;            /* "17": of the server; NULL: any */
	bool chosen;                    /* ${without} was asked for, and must be what is there */
	unsigned int without;           /* of programs.h: what a new database is made without */
	void (*tell)(const char *what); /* of what takes long; may be NULL */
};

/* What private_start() and its kin found or did. */
struct private_report {
	enum private_state state;
	bool changed;                 /* made anew (start), ended (stop), removed (destroy) */
	long pid;                     /* of the server, 0 where it does not run */
	char version[32];             /* major version of the data, "15"; or empty */
	unsigned int without;         /* extensions that it was made without (programs.h) */
	char age[32], vector[32];     /* versions that the server has; or empty */
	char user[64];                /* that the server runs as */
	char place[PRIVATE_PATH_MAX]; /* the directory, links resolved; or empty */
	char socket[256];             /* directory of the socket; or empty */
	char tail[4096];              /* last lines of the log where the server failed */
};

/**
 * private_start(o, r, e):
 * Make the database where there is none, start it and wait until it takes
 * connections.  A running one is left alone.  Two calls at once: the second
 * waits for the first.  A new one gets Apache AGE and pgvector unless it is to be
 * without: from the distribution, or from a tree of Debian's packages, which is
 * fetched where there is none yet.  Return 0, or -1 with ${e} set: STATUS_CONFIG
 * for extensions that can't be had, or are not what an existing one has, for a directory that isn't ours or a missing PostgreSQL, STATUS_NODB where the
 * server does not start (then ${r}->tail has the end of its log).
 */
int private_start(const struct private_options *o, struct private_report *r, struct err *e);

/**
 * private_stop(r, e), private_status(r, e):
 * Stop the server (transactions are rolled back), where it runs; say how it is.
 * Return 0, also where there is none, or -1 with ${e} set.
 */
int private_stop(struct private_report *r, struct err *e);
int private_status(struct private_report *r, struct err *e);

/**
 * private_destroy(r, e):
 * Stop the server and remove its directory with everything in it.  Return 0,
 * also where there is none, or -1 with ${e} set.
 */
int private_destroy(struct private_report *r, struct err *e);

/* How a client reaches it; the strings live in the struct. */
struct private_address {
	char host[256]; /* the socket's directory */
	char port[8];
	char user[16];
	char dbname[16];
};

/**
 * private_address(a, e):
 * Fill ${a} for the private database, running or not.  Return 0, or -1 with
 * ${e} set to STATUS_NODB where there is none.
 */
int private_address(struct private_address *a, struct err *e);

/**
 * private_conninfo(dst, size, e):
 * The same as a libpq connection string ("host='...' port=...").
 */
int private_conninfo(char *dst, size_t size, struct err *e);

/**
 * private_program(dst, size, name, e):
 * Write the path of PostgreSQL's program ${name} ("psql") of the private
 * database's version, or the newest installed where there is no database.
 * Return 0, or -1 with ${e} set to STATUS_CONFIG.
 */
int private_program(char *dst, size_t size, const char *name, struct err *e);

#endif
