#ifndef AEGIS_RRC_DECODE_H
#define AEGIS_RRC_DECODE_H

#include "base/digest.h"
#include "base/err.h"
#include "base/num.h"
#include "rrc/flatten.h"
#include "rrc/frame.h"
#include "rrc/layout.h"
#include "rrc/probe.h"
#include "stream/book.h"

struct decode_input {
	struct frame_input frames;
	/* After the end: SHA-256 of the source as published. */
	void (*sha256)(void *cookie, char hex[DIGEST_SHA256_HEX + 1]);
	/* How much of it has been read, and of how much (0: not known); or NULL. */
	void (*progress)(void *cookie, uint64_t *read, uint64_t *size);
};

/* A file beside the input: rows that those of segment ${child} belong to. */
struct decode_above {
	size_t child;
	struct decode_input input;
	const char *name; /* for messages */
};

/*
 * A view's row once more, from a part of its file: bad records are left out without a word, whatever
 * the limits, and the decoding ends when it is done.
 */
struct decode_watch {
	struct flatten_watch flatten;
	bool done; /* set by one of its functions */
};

/* What to decode, how, and where to; all texts stay the caller's. */
struct decode_options {
	const struct layout *layout;
	const char *view, *segment, *split; /* one of them: a name, an id, a directory */
	enum probe_choice encoding;
	const char *source;  /* name for messages, stream and reject file */
	const char *run;     /* UUID */
	const char *rejects; /* path of the reject file, or NULL */
	struct ceiling max_rejects, max_flaws;
	int fd; /* of the stream, where it is one; not closed */
	const char *fd_name;
	/* For a view whose rows belong to rows of other files: see decode_above(). */
	const struct decode_above *above;
	size_t nabove;
	const struct decode_watch *watch; /* or NULL */
};

/* A record that is none, this often in a row, means that the boundaries are lost. */
enum { DECODE_MAX_CONSECUTIVE = 1000 };

/**
 * each(cookie, name, book):
 * At the end, for each stream that was sealed: its name and book.
 */
typedef void decode_each_fn(void *cookie, const char *name, const struct book *book);

/**
 * decode_run(o, in, each, cookie, e):
 * Decode all of ${in} and seal what was written (DESIGN 4 to 6): records with an
 * unknown id, without their parent, of a wrong length or with a bad key are rejected,
 * with the records below them; faulty values are NULL and a flaw.  Return 0, or -1 with ${e} set:
 * STATUS_DATA where the file does not fit the layout, a ceiling is passed or there is
 * no reject file for a reject; then no stream is sealed.
 */
int decode_run(const struct decode_options *o, const struct decode_input *in, decode_each_fn *each,
    void *cookie, struct err *e);

/**
 * decode_run_all(o, n, in, each, cookie, errs, e):
 * The same for ${n} views of one layout, in one pass over one file, each with a descriptor and a
 * reject file of its own.  One that fails leaves the others alone: errs[k] is STATUS_OK where
 * stream ${k} was sealed.  Return 0 where all were, or -1 with ${e} set to the first error.
 */
int decode_run_all(const struct decode_options *o, size_t n, const struct decode_input *in,
    decode_each_fn *each, void *cookie, struct err *errs, struct err *e);

#endif
