#ifndef AEGIS_INBOX_INBOX_H
#define AEGIS_INBOX_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/program.h"
#include "base/report.h"

/*
 * A directory into which files come from outside.  What each is, its content says; a run takes those
 * that are whole, and when it is over they go to DIR/done or DIR/failed.  A crash between is healed by
 * the next run, for which such a file is the same source as before.
 */
struct inbox;

enum inbox_state {
	INBOX_READY,      /* whole, and of a layout */
	INBOX_SUPERSEDED, /* there is a newer one, and its layout's files have all there is */
	INBOX_GROWING,    /* still being written: it stays */
	INBOX_BROKEN,     /* cut, or not what it seems */
	INBOX_UNKNOWN,    /* no layout fits */
};

/**
 * inbox_full_fn(cookie, layout):
 * Does each file of the layout have everything, so that the newest counts alone?
 */
typedef bool inbox_full_fn(const void *cookie, const char *layout);

struct inbox_options {
	const char *dir;
	unsigned settle; /* seconds for which a file that is whole has not changed */
	uint64_t wait;   /* seconds for another run to leave the inbox */
	bool look;       /* only look: nothing is waited for, locked or moved */
	inbox_full_fn *full;
	const void *cookie;
};

/**
 * inbox_open(o, e):
 * Lock the inbox, look at all that is in it, and find out what each file is.  Names that begin with '.'
 * or end in .part, .partial, .filepart, .tmp or .crdownload are left alone; a directory counts as one
 * source.  Return the inbox, closed by inbox_close(), or NULL with ${e} set: STATUS_TEMPFAIL where
 * another run has it.
 */
struct inbox *inbox_open(const struct inbox_options *o, struct err *e);
void inbox_close(struct inbox *b);

/**
 * inbox_sources(b, list):
 * Append LAYOUT=FILE for each file that is ready, of one layout the oldest first; the texts live as
 * long as ${b}.
 */
void inbox_sources(const struct inbox *b, struct option_list *list);

/**
 * inbox_broken(b, list):
 * Append LAYOUT=WHY for each file that is broken and whose layout can still be told.
 */
void inbox_broken(const struct inbox *b, struct option_list *list);

/**
 * inbox_date(b, path):
 * The day of the file's content, YYYY-MM-DD, as far as it or its name says, or NULL.
 */
const char *inbox_date(const struct inbox *b, const char *path);

/**
 * inbox_bad(b, dst, size):
 * How many files are broken or unknown; ${dst} says what is wrong with the first.
 */
size_t inbox_bad(const struct inbox *b, char *dst, size_t size);

/* What came of a file in a step. */
enum inbox_end {
	INBOX_LOADED,  /* or there was nothing new in it */
	INBOX_REFUSED, /* its data was */
	INBOX_LATER,   /* something else was wrong: the next run takes it again */
};

/**
 * inbox_ended(b, path, end, why):
 * Note what came of it; of several the worst counts: refused, then later.
 */
void inbox_ended(struct inbox *b, const char *path, enum inbox_end end, const char *why);

/**
 * inbox_settle(b, keep, cookie, e):
 * Move what is over: files that were loaded or superseded to done, those that were refused or are
 * broken or unknown to failed, with NAME.why beside them.  ${keep} says how many of a layout's
 * loaded files are kept, as seekable zstd (stream/keep.h), the newest; 0: all, as they came.
 */
typedef uint64_t inbox_keep_fn(const void *cookie, const char *layout);
int inbox_settle(struct inbox *b, inbox_keep_fn *keep, const void *cookie, struct err *e);

/**
 * inbox_report(b, r):
 * Describe what was in it as a table under "inbox".
 */
void inbox_report(const struct inbox *b, struct report *r);

#endif
