#ifndef AEGIS_AUDIT_KEYRING_H
#define AEGIS_AUDIT_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hmac.h"

/*
 * The HMAC keys that audit rows were signed with, and when each was in use: a YAML file that
 * names key files (doc/formats/audit.md, "Key ring").  Key files are read once, and wiped.
 */
enum key_status { KEY_ACTIVE, KEY_RETIRED, KEY_REVOKED };

struct key {
	char *id;
	enum key_status status;
	int64_t not_before, not_after; /* microseconds since 1970; [not_before, not_after) */
	struct hmac *mac;
};

struct keyring {
	struct key *keys; /* newest not_before first */
	size_t n, cap;
	int64_t overlap; /* microseconds, for clocks that disagree */
};

/**
 * keyring_load(path, e):
 * Load the key ring ${path} and its key files.  Return it, freed by the caller, or NULL with
 * ${e} set: STATUS_CONFIG with the place of a fault, also for a key that is short or empty;
 * STATUS_NOPERM for a file that others can read or another user owns.
 */
struct keyring *keyring_load(const char *path, struct err *e);
void keyring_free(struct keyring *r);

/**
 * keyring_find(r, id, len):
 * The key of this id, or NULL.
 */
const struct key *keyring_find(const struct keyring *r, const char *id, size_t len);

/**
 * keyring_covers(r, k, created):
 * Return 1 if ${created} is inside the window of ${k}, 2 if only inside the overlap around
 * it, else 0.
 */
int keyring_covers(const struct keyring *r, const struct key *k, int64_t created);

#endif
