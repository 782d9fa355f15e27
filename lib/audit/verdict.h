#ifndef AEGIS_AUDIT_VERDICT_H
#define AEGIS_AUDIT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

/* What became of a row's signature; doc/formats/audit.md says when each is given. */
#define VERDICT_LIST(X)                                          \
	X(VERDICT_VALID, "valid", true)                          \
	X(VERDICT_VALID_OLD_KEY, "valid_old_key", true)          \
	X(VERDICT_BAD_MAC, "bad_mac", false)                     \
	X(VERDICT_NO_SIGNATURE, "no_signature", false)           \
	X(VERDICT_MALFORMED, "malformed_signature", false)       \
	X(VERDICT_KEY_OUT_OF_WINDOW, "key_out_of_window", false) \
	X(VERDICT_UNKNOWN_KEY, "unknown_key", false)             \
	X(VERDICT_UNREPRESENTABLE, "unrepresentable", false)     \
	X(VERDICT_UNSIGNED_ALLOWED, "unsigned_allowed", true)

#define VERDICT_ENUM(id, word, fine) id,
enum verdict { VERDICT_LIST(VERDICT_ENUM) VERDICT_COUNT };
#undef VERDICT_ENUM

/**
 * verdict_word(v):
 * The word that stands for ${v} in streams, archives and reports.
 */
const char *verdict_word(enum verdict v);

/**
 * verdict_fine(v):
 * Return true if ${v} is no finding.
 */
bool verdict_fine(enum verdict v);

/**
 * verdict_parse(p, len, v):
 * Set ${v} to the verdict of the word at ${p}.  Return 0, or -1.
 */
int verdict_parse(const char *p, size_t len, enum verdict *v);

#endif
