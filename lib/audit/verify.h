#ifndef AEGIS_AUDIT_VERIFY_H
#define AEGIS_AUDIT_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "audit/keyring.h"
#include "audit/message.h"
#include "audit/profile.h"
#include "audit/verdict.h"
#include "base/err.h"

/*
 * Checks the signatures of rows of one audit table.  Each row has exactly one profile, that
 * of its time: a row of the new one cannot be passed off as one of the old.
 */
struct verify;

struct verify_profile {
	struct profile *profile;
	int64_t from; /* rows created from then on; INT64_MIN: all before the next */
};

/**
 * verify_new(ring, profiles, n, table, e):
 * ${profiles}, in order of their time, the first from INT64_MIN, and ${ring} must live as
 * long as what this returns, which the caller frees; NULL with ${e} set to STATUS_CONFIG
 * where a profile says nothing of ${table}.
 */
struct verify *verify_new(const struct keyring *ring, const struct verify_profile *profiles,
    size_t n, const struct audit_table *table, struct err *e);
void verify_free(struct verify *v);

/**
 * verify_row(v, row, key):
 * Return the verdict on ${row}; ${key} is set to the id of the key that matched, or NULL.
 */
enum verdict verify_row(struct verify *v, const struct audit_row *row, const char **key);

/**
 * verify_sign(v, row, out, e):
 * The signature of ${row} by its profile and the newest active key of its time, as a text in
 * ${out}.  Return 0; 1 where the row needs none; or -1 with ${e} set: STATUS_DATA where no
 * key is in use at its time, or there is no message of it.
 */
int verify_sign(struct verify *v, const struct audit_row *row, struct buf *out, struct err *e);

/**
 * verify_matches(v, row):
 * Return true if the signature is that of any key of the ring, whatever its window.
 */
bool verify_matches(struct verify *v, const struct audit_row *row);

#endif
