#ifndef AEGIS_PIPELINE_SPAWN_H
#define AEGIS_PIPELINE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* The descriptor on which a stage finds its status pipe ($AEGIS_STATUS_FD). */
enum { SPAWN_STATUS_FD = 3 };

/*
 * A child process to be: descriptors are the caller's and stay open there.  All
 * of them must be above 2, but those that are 0, 1 and 2 in the child too.
 */
struct spawn {
	const char *program; /* its file */
	char *const *args;   /* args[1 ..] are its arguments, NULL after the last */
	int in, out, err;    /* become its 0, 1, 2 */
	int status;          /* becomes its SPAWN_STATUS_FD; -1: none */
	pid_t group;         /* the process group that it joins; 0: one of its own */
	bool piped;          /* its output is another stage's input: streams may be framed */
};

/**
 * spawn_start(s, e):
 * Start the program with exactly these descriptors, default signal handling, and
 * the order to die with this process.  Return its process id, or -1 with ${e}
 * set.  A file that cannot be run makes the child exit with STATUS_CONFIG.
 */
pid_t spawn_start(const struct spawn *s, struct err *e);

/**
 * spawn_prepare(e):
 * Open /dev/null for those of descriptors 0 to 2 that are closed, so that no
 * pipe gets one of these numbers.  Return 0, or -1 with ${e} set.
 */
int spawn_prepare(struct err *e);

#endif
