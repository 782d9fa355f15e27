#ifndef AEGIS_AUDIT_EXTRACT_H
#define AEGIS_AUDIT_EXTRACT_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/note.h"
#include "base/err.h"

/*
 * A view of an archive for somebody who may not see all of it (doc/formats/archive.md): a
 * directory with view.json, the archive's own manifest and checkpoint, and rows.ndjson.zst, in
 * which a line that is not shown is {"leaf":"HEX"}, and a redacted one {"leaf":"HEX","row":{}}.
 * It is no archive, and joins no chain.
 */
struct extract_options {
	const char *archive;
	const char *tenant; /* rows of this one are shown; NULL: of all */
	const char *redact; /* columns that are left out, "a,b"; or NULL */
	const char *output; /* a directory that is not there yet */
};

struct extract_result {
	char archive[256];
	uint64_t lines, shown, redacted, hidden;
	uint64_t guessable; /* of the hidden ones: without a signature that only its signer knew */
};

/**
 * extract_make(o, r, e):
 * Write the view.  Return 0 with ${r} filled, or -1 with ${e} set.
 */
int extract_make(const struct extract_options *o, struct extract_result *r, struct err *e);

/**
 * extract_is(path):
 * Return true if ${path} is a view.
 */
bool extract_is(const char *path);

/**
 * extract_check(path, keys, r, e):
 * Check that the lines of the view, with the leaves of those that are not shown, give the
 * tree of its checkpoint, and that one's signature.  Return 0 with ${r} filled; 1 with ${e}
 * saying what is wrong; or -1 with ${e} set where the checking failed.
 */
int extract_check(const char *path, const struct note_keys *keys, struct extract_result *r,
    struct err *e);

#endif
