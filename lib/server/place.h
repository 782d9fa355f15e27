#ifndef AEGIS_SERVER_PLACE_H
#define AEGIS_SERVER_PLACE_H

#include <stdbool.h>

#include "base/err.h"

/* Where the private database of a checkout is, and whose. */
enum { PLACE_MAX = 4096 };

/* The file that makes a directory ours: "aegis-private-database 1", then "var" and its var/. */
#define PLACE_MARKER "AEGIS-PRIVATE-DATABASE"
#define PLACE_MARK "aegis-private-database 1\n"

struct place {
	char link[PLACE_MAX]; /* VAR/db */
	char var[PLACE_MAX];  /* VAR, links resolved */
	char dir[PLACE_MAX];  /* where VAR/db is, links resolved; "": there is none */
	char user[64];        /* whose it is, and who runs the server */
};

/**
 * place_find(p, create, e):
 * Find the directory, and make it where ${create}: below var/, or, where root calls and the server's
 * user cannot enter the checkout, below /var/lib/aegis-batch, with a link.  Return 0, or -1 with ${e}
 * set: STATUS_CONFIG for a directory that is not ours, STATUS_NOPERM for another user's.
 */
int place_find(struct place *p, bool create, struct err *e);

/**
 * place_enterable(user, dir):
 * Whether ${user} can enter ${dir}.
 */
bool place_enterable(const char *user, const char *dir);

/**
 * place_remove(p, e):
 * Remove the empty directory, and a link to it.
 */
int place_remove(const struct place *p, struct err *e);

#endif
